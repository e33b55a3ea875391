"""Conversations, not lines: interleaved talk of one channel is taken apart into the conversations it consists of.

For each message every message of the window before it is a candidate that it may reply to, and so is "a new
conversation". Each has signs that can be read off (``signs.py``): the pause, the messages between, who speaks, who is
named and who named whom, questions, answers and greetings in Chinese and English, rare words in common. A weighted sum
ranks them and the best one wins, as in Elsner and Charniak (2008, "You talking to me?"), with links to earlier messages
chosen instead of pairs clustered, as in Kummerfeld et al. (2019, "A Large-Scale Corpus for Conversation
Disentanglement"), whose marked logs of an IRC channel taught the weights together with a year of a Slack channel.
Conversations are what the links hold together; a platform's own threads are taken as they are.

Measured by ``tests/benchmarks/test_conversations.py``, each log by weights that were learnt without it. VI is
1 - scaled variation of information, 1-1 the one-to-one overlap, exact the F1 of conversations found to the message.

=====================  =======  ====  ====  =====  ====  ====
log, way               link F1  VI    1-1   exact  V     ARI
=====================  =======  ====  ====  =====  ====  ====
IRC 2004               .647     .902  .812  .229   .899  .870
best pause (a minute)           .775  .614  .160   .727  .498
previous message       .436     .601  .307  .000   .290  .091
IRC 2005               .555     .712  .547  .083   .625  .384
best pause (30 s)               .612  .381  .000   .621  .264
previous message       .236     .570  .188  .000   .000  .000
Slack 2018                      .923  .744  .236   .943  .760
best pause (30 min)             .916  .726  .157   .939  .746
previous message                .326  .021  .000   .000  .000
=====================  =======  ====  ====  =====  ====  ====

The labels of the Slack log were made by a program, so that the last three lines say how like that program this one is.
Tried and left out, because they moved these figures by about .01 or helped one log and harmed another: the likeness
of sentence vectors as a sign, and signs that depend on how many people speak.
"""

from knowledge.conversations.message import ChatMessage, Placement
from knowledge.conversations.separation import replies, separate
from knowledge.conversations.signs import WINDOW

__all__ = ["WINDOW", "ChatMessage", "Placement", "replies", "separate"]
