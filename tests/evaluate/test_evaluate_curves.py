import pytest
from evaluate_helpers import ANSWERED_COST, ANSWERED_PAIN, EMERGENCY, HANDED_OFF, NOBODY, judged, understood

from mesofaq.evaluate.charts import HEIGHT, WIDTH, reliability_chart, risk_chart
from mesofaq.evaluate.curves import CurvePoint, Scored, calibration_error, reliability, risk_coverage, scored
from mesofaq.knowledge.calibration import Thresholds


def _points(*pairs: tuple[float, bool]) -> list[Scored]:
    return [Scored(probability, right, in_scope=True) for probability, right in pairs]


def test_only_what_the_probabilities_decide_is_scored() -> None:
    items = [
        judged(ANSWERED_PAIN),
        judged(ANSWERED_COST),
        judged(HANDED_OFF, NOBODY),
        judged(understood("", triage="emergency")),
        judged(understood("thank")),
        judged(ANSWERED_PAIN, EMERGENCY),
        judged(understood("out_of_scope", candidates=())),
    ]
    assert scored(items) == [Scored(0.95, True, True), Scored(0.97, False, True), Scored(0.3, False, False)]


def test_bins_with_few_messages_are_joined_from_below() -> None:
    points = _points(*[(0.05, False)] * 5, *[(0.35, True)] * 7, *[(0.95, True)] * 20, (1.0, False))
    low, high = reliability(points)
    assert (low.right.count, low.right.of) == (7, 12)
    assert low.probability == pytest.approx((5 * 0.05 + 7 * 0.35) / 12)
    assert (high.right.count, high.right.of) == (20, 21)


def test_a_small_last_bin_joins_the_one_before() -> None:
    (only,) = reliability(_points(*[(0.1, True)] * 12, *[(0.9, False)] * 3))
    assert (only.right.count, only.right.of) == (12, 15)


def test_the_calibration_error_weighs_each_bin_by_its_messages() -> None:
    points = _points(*[(0.2, False)] * 12, *[(0.8, True)] * 36)
    assert calibration_error(reliability(points)) == pytest.approx(0.2)
    perfect = _points(*[(0.75, True)] * 9, *[(0.75, False)] * 3)
    assert calibration_error(reliability(perfect)) == pytest.approx(0.0)
    assert calibration_error([]) == 0.0


def test_risk_and_coverage_from_the_most_cautious_threshold_to_the_boldest() -> None:
    curve = risk_coverage(_points((0.5, False), (0.9, True), (0.7, True), (0.7, False)))
    assert curve == [CurvePoint(0.9, 0.25, 0.0), CurvePoint(0.7, 0.75, 1 / 3), CurvePoint(0.5, 1.0, 0.5)]


def test_the_mark_stands_where_the_threshold_in_use_is() -> None:
    points = _points(*[(0.95, True)] * 6, *[(0.92, False)] * 2, *[(0.5, False)] * 2)
    (mark,) = risk_chart(points, Thresholds(answer=0.9, clarify=0.8)).marks
    assert mark.says == "in scope: 80% answered, 25.0% of them wrong"
    assert risk_chart(points, Thresholds(answer=0.99, clarify=0.8)).marks == ()


def test_charts_stay_on_their_canvas_and_draw_those_out_of_scope_apart() -> None:
    points = [*_points(*[(0.95, True)] * 20, *[(0.1, False)] * 12), *[Scored(0.4, False, in_scope=False)] * 13]
    for chart in (reliability_chart(points), risk_chart(points, Thresholds(0.9, 0.8))):
        assert [line.name for line in chart.lines] == ["in scope", "with those out of scope"]
        for line in chart.lines:
            for place in line.points.split():
                x, y = map(float, place.split(","))
                assert 0 <= x <= WIDTH
                assert 0 <= y <= HEIGHT
    assert len(reliability_chart(points[:32]).lines) == 1
