"""Time expressions in questions, Chinese, English or mixed: where they stand and which range of time they mean.

Days, weeks (from Monday) and hours are those of the asker's zone. Names that recur (a weekday, ``Q3``, ``国庆``) mean
the last one that has begun; what lies wholly in the future is no expression, since nothing was said there yet.
"""

from knowledge.time_expressions.expression import Grain, TimeExpression
from knowledge.time_expressions.finding import find_time_expressions, read_time
from knowledge.time_expressions.newest import prefers_newest

__all__ = ["Grain", "TimeExpression", "find_time_expressions", "prefers_newest", "read_time"]
