"""Sources of your own: classifiers trained on human labels, whose votes are files like all others.

`text` reads what is said (TF-IDF and logistic regression), `attention` features of faces and voice (the network of
MERBench). Both are validated on folds that share no group, saved without pickles, and judge the samples they were
trained on only by the fold that did not see them.
"""
