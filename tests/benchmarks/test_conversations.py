"""How well interleaved talk is separated into conversations, beside the two simple ways."""

import time
from collections.abc import Iterable
from datetime import timedelta

import pytest

from knowledge.conversations import replies
from knowledge.conversations.weights import Weights
from tests.benchmarks.conversation_logs import Log, marked_logs, slack_log
from tests.benchmarks.conversation_measures import (
    ClusterScores,
    LinkScores,
    cluster_scores,
    clusters_of,
    link_scores,
)
from tests.benchmarks.conversation_weights import TAUGHT_YEAR, learn
from tests.benchmarks.figures import Figures

pytestmark = pytest.mark.bench

_PAUSES = (0.5, 1, 2, 3, 5, 10, 20, 30, 45, 60, 120)
"""Minutes; the best one for each log is what the separation is held against."""


def _given(log: Log, weights: Weights | None = None) -> dict[int, int]:
    place = {message.record_id: at for at, message in enumerate(log.messages)}
    found = replies(log.messages, weights=weights)
    return {at: at if (to := found[at]) is None else place[to] for at in log.replies}


def _after_pause(log: Log, minutes: float | None) -> dict[int, int]:
    """Each message replies to the previous one, except after a pause (None: always)."""
    times = [message.sent_at for message in log.messages]
    longest = timedelta(minutes=minutes) if minutes else timedelta.max
    return {at: at - 1 if at and times[at] - times[at - 1] <= longest else at for at in log.replies}


def _clusters(log: Log, given: dict[int, int]) -> ClusterScores:
    right = log.conversations or clusters_of(log.replies)
    return cluster_scores(right, clusters_of({at: [to] for at, to in given.items()}))


def _links(scores: LinkScores) -> str:
    return f"precision {scores.precision:.3f}, recall {scores.recall:.3f}, F1 {scores.f1:.3f}"


def _told(scores: ClusterScores) -> str:
    return (
        f"VI {scores.variation:.3f}, 1-1 {scores.one_to_one:.3f}, exact F1 {scores.exact_f1:.3f}, "
        f"V {scores.v_measure:.3f}, ARI {scores.adjusted_rand:.3f}"
    )


def _best(scores: Iterable[ClusterScores]) -> ClusterScores:
    return max(scores, key=lambda score: score.variation)


def test_marked_logs_are_separated_by_weights_learnt_without_them(figures: Figures) -> None:
    logs, slack = marked_logs(), slack_log(TAUGHT_YEAR)
    for log in logs:
        given = _given(log, learn([other for other in logs if other is not log], slack))
        links, clusters = link_scores(log.replies, given), _clusters(log, given)
        previous = _after_pause(log, None)
        pause = _best(_clusters(log, _after_pause(log, minutes)) for minutes in _PAUSES)
        name = f"conversations, {log.name}"
        previous_links = link_scores(log.replies, previous)
        figures.state(f"{name}: links", _links(links))
        figures.state(f"{name}: links to the previous message", _links(previous_links))
        figures.state(f"{name}: clusters", _told(clusters))
        figures.state(f"{name}: clusters, previous message", _told(_clusters(log, previous)))
        figures.state(f"{name}: clusters, best pause", _told(pause))
        figures.at_least(f"{name}: link F1 above the previous message", links.f1 - previous_links.f1, 0.15)
        figures.at_least(f"{name}: VI above the best pause", clusters.variation - pause.variation, 0.02)
        figures.at_least(f"{name}: 1-1 above the best pause", clusters.one_to_one - pause.one_to_one, 0.05)


def test_a_year_of_slack_is_separated_by_the_weights_as_shipped(figures: Figures) -> None:
    log = slack_log(TAUGHT_YEAR + 1)
    began = time.process_time()
    given = _given(log)
    rate = len(log.messages) / (time.process_time() - began)
    clusters = _clusters(log, given)
    pause = _best(_clusters(log, _after_pause(log, minutes)) for minutes in _PAUSES)
    name = f"conversations, {log.name}"
    figures.state(f"{name}: clusters", _told(clusters))
    figures.state(f"{name}: clusters, previous message", _told(_clusters(log, _after_pause(log, None))))
    figures.state(f"{name}: clusters, best pause", _told(pause))
    figures.at_least(f"{name}: exact F1 above the best pause", clusters.exact_f1 - pause.exact_f1, 0.05)
    figures.at_least(f"{name}: 1-1 above the best pause", clusters.one_to_one - pause.one_to_one, 0.01)
    figures.at_least("conversations: messages a second of one processor", rate, 1000)
