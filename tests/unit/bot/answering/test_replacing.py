"""When a newer message replaces an older one, and when it must not seem to."""

import pytest

from bot.answering.replacing import may_be_replaced, may_replace, replaces


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("产品发布会定在周四下午三点", "产品发布会改到周五下午三点了"),
        ("下周的需求评审会在 301 会议室", "需求评审会改在 502 会议室"),
        ("供应商合同金额 12 万", "更正：供应商合同金额是 15 万，不是 12 万"),
        ("年会团建定在 3月5日", "年会团建取消了"),
        ("支付网关用 2.3.1 版本", "支付网关版本更新为 2.4.0"),
        ("新人培训周一 10:00 开始", "新人培训推迟到 11:00"),
        ("The product launch is on Thursday", "Product launch moved to Friday"),
        ("Budget review at 3pm in the big room", "The budget review is now at 4pm"),
        ("Vendor contract price is $1,200", "Correction: the vendor contract price is $1,500"),
        ("Team offsite is June 5", "The team offsite is cancelled"),
        ("Ship gateway client 2.3.1 to staging", "Use gateway client 2.4.0 on staging instead of 2.3.1"),
        ("发布预算 18 万，多一分都要写申请", "【决定】发布预算从 18 万提高到 24 万，明细明天发。其他不变"),
        ("发布定在 11 月 28 日。周五见", "会上说了三件事。\n发布从 11-28 改到 12-08"),
        ("Sign-in still takes 2.8 s in 1.4.0", "Sign-in moved from 1.4.0 to 1.5.0 today"),
        ("Design workshop on Monday", "Heads-up: design workshop postponed to Wednesday"),
    ],
)
def test_a_newer_value_of_the_same_subject_replaces(older: str, newer: str) -> None:
    assert may_replace(newer)
    assert replaces(newer, older)
    assert not replaces(older, newer)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("产品发布会定在周四下午三点", "团建改到周五下午三点了"),  # another subject
        ("产品发布会定在周四", "产品发布会在周四，别忘了"),  # no change
        ("产品发布会定在周四", "产品发布会要不要改到周五？"),  # a question
        ("产品发布会定在周四", "建议产品发布会改到周五"),  # a suggestion
        ("预算还是 18 万吗", "发布预算从 18 万提高到 24 万"),  # the older one asked
        ("周日茶会在 11:00 开始", "周日茶会的时段改为周日 11:00 和 12:00"),  # the old value still holds
        ("产品发布会的海报谁做", "产品发布会改到周五"),  # the older one told no day
        ("产品发布会什么时候？", "产品发布会改到周五"),
        ("The product launch is on Thursday", "The team lunch moved to Friday"),
        ("The product launch is on Thursday", "Could we have the product launch moved to Friday?"),
        ("The product launch is on Thursday", "Product launch is still on Thursday, no longer worried"),
        ("Price of the vendor contract is $1,200", "Invoice moved to another folder, $300"),
        ("Use npm install to set it up", "I moved to Berlin in 2019"),
        ("Team offsite is June 5", "Team offsite photos are updated to the album"),
    ],
)
def test_other_things_do_not(older: str, newer: str) -> None:
    assert not replaces(newer, older)


def test_only_what_tells_a_value_may_be_replaced() -> None:
    assert may_be_replaced("发布日定在 11-28")
    assert not may_be_replaced("发布日是 11-28 吗？")
    assert not may_be_replaced("大家辛苦了")
