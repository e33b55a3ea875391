"""Numbers for Prometheus, read when they are asked for."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from connectors.slack.observing import DeliveryOutcome
from connectors.wecom.observing import PostOutcome, PostWay
from connectors.wecom.site import Way


class Metrics:
    """Counters and gauges of one application, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.answers = Counter("shiguang_answers", "Answers given, by outcome.", ["outcome"], registry=self.registry)
        """``answered``; ``said`` for what is no answer from the archive (help); or the code of why there is none."""
        self.verdicts = Counter("shiguang_verdicts", "Verdicts of people.", ["kind"], registry=self.registry)
        self.answer_seconds = Histogram(
            "shiguang_answer_seconds",
            "Seconds from a question to what was said in the end, whatever it was.",
            buckets=(0.5, 1, 2, 4, 8, 16, 32, 64),
            registry=self.registry,
        )
        self.digests = Counter(
            "shiguang_digests", "Scheduled digests, by what became of them.", ["outcome"], registry=self.registry
        )
        """``posted``, ``empty`` (nothing to post), ``failed`` (not posted) or ``not_made``."""
        self.inbox = Gauge("shiguang_inbox_events", "Events in the inbox.", ["state"], registry=self.registry)
        self.letters = Gauge(
            "shiguang_letters", "Deliveries of live platforms that are kept.", ["state"], registry=self.registry
        )
        self.index_queue = Gauge(
            "shiguang_index_queue_records", "Records that wait to be indexed.", registry=self.registry
        )
        self.model_waiting = Gauge(
            "shiguang_model_requests", "Requests queued or running at the model.", registry=self.registry
        )
        self.slack_deliveries = Counter(
            "shiguang_slack_deliveries", "Payloads that Slack delivered.", ["outcome"], registry=self.registry
        )
        """Outcomes as of ``connectors.slack.observing.DeliveryOutcome``."""
        self.slack_reconnects = Counter(
            "shiguang_slack_reconnects", "Sockets to Slack that replaced another one.", registry=self.registry
        )
        self.slack_calls = Counter(
            "shiguang_slack_calls", "Requests of Slack's Web API.", ["method", "outcome"], registry=self.registry
        )
        """``ok``, ``away`` (no answer), or Slack's own code."""
        self.wecom_heard = Counter(
            "shiguang_wecom_heard", "Messages to robots and apps of WeCom.", ["way"], registry=self.registry
        )
        self.wecom_posts = Counter(
            "shiguang_wecom_posts",
            "Digests and the like, by way and outcome.",
            ["way", "outcome"],
            registry=self.registry,
        )
        """``posted``, or ``refused`` when that way will never take it."""


class SlackMetrics:
    """Implements ``connectors.slack.observing.Observer``."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def delivery(self, outcome: DeliveryOutcome) -> None:
        """Count a payload that Slack delivered."""
        self._metrics.slack_deliveries.labels(outcome).inc()

    def reconnected(self) -> None:
        """Count a socket."""
        self._metrics.slack_reconnects.inc()

    def called(self, method: str, outcome: str) -> None:
        """Count a request."""
        self._metrics.slack_calls.labels(method, outcome).inc()


class WeComMetrics:
    """Implements ``connectors.wecom.observing.Observer``."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def heard(self, way: Way) -> None:
        """Count a message."""
        self._metrics.wecom_heard.labels(way).inc()

    def posted(self, way: PostWay, outcome: PostOutcome) -> None:
        """Count a post."""
        self._metrics.wecom_posts.labels(way, outcome).inc()
