"""Train your own sources: classifiers on human labels, whose votes are files like those of other sources.

`text` uses subtitles (TF-IDF and logistic regression), `attention` uses features of faces and voice (the network of
MERBench). Both are validated by folds that share no group, saved without pickles, and vote on their training samples
only by the fold that did not see them.
"""
