"""The agreed metrics, each defined once: counts of a fact base and of findings, and what is made of them."""

from trackplan.metrics.catalogue import METRICS
from trackplan.metrics.counts import COUNTS
from trackplan.metrics.measure import measure
from trackplan.metrics.model import Count, Measured, Metric

__all__ = ["COUNTS", "METRICS", "Count", "Measured", "Metric", "measure"]
