"""A chat model that answers what a test says."""

from merunibench.chat import ChatModel


class Scripted(ChatModel):
    """Answers what the test says, and remembers what it was asked."""

    name = "scripted@1"

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    @property
    def settings(self):
        return {"kind": "hf", "model": self.name}

    def replies(self, conversations):
        for index, conversation in enumerate(conversations):
            self.asked.append(conversation)
            yield index, self.answer(conversation[-1]["content"])
