"""Numbers for Prometheus, read when they are asked for."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


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
        self.index_queue = Gauge(
            "shiguang_index_queue_records", "Records that wait to be indexed.", registry=self.registry
        )
        self.model_waiting = Gauge(
            "shiguang_model_requests", "Requests queued or running at the model.", registry=self.registry
        )
