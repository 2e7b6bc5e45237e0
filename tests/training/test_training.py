"""How the reader is trained: worked losses, marked tokens, windows, and a run that is cut off and goes on."""

import gzip
import json
import math
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer, BertConfig, BertForQuestionAnswering, BertModel

from qa.answering.reader import PACKAGED
from qa.storage.local.lexical import LexicalIndex
from training import recipe as recipes
from training.compare import varied
from training.export import sha256, write_weights
from training.features import Batch, batches, encode, tensors
from training.groups import Group, Window, read_groups, write_groups
from training.losses import shared_loss, teacher_loss, window_loss
from training.prepare import Pool, Row, groups, is_held_out, passages, read_rows
from training.recipe import Prepare, Recipe, Train
from training.start import reader
from training.train import Training, endless, load_quantized, train


def batch_of(context, right, group):
    """A batch whose tokens nobody looks at."""
    context, right = torch.tensor(context, dtype=torch.bool), torch.tensor(right, dtype=torch.bool)
    zeros = torch.zeros(context.shape, dtype=torch.long)
    return Batch(zeros, zeros, zeros, context, right, right, torch.tensor(group))


def test_a_window_is_judged_with_no_answer_among_its_tokens():
    # tokens: no answer, question, two of the passage; the right one has odds of 2 against 1 + 3
    batch = batch_of([[0, 0, 1, 1]], [[0, 0, 1, 0]], [0])
    logits = torch.tensor([[1.0, 99.0, 2.0, 3.0]]).clamp(min=0).log()
    assert window_loss(logits, batch.starts, batch).item() == pytest.approx(-math.log(2 / 6))


def test_several_right_tokens_share_the_probability():
    batch = batch_of([[0, 0, 1, 1]], [[0, 0, 1, 1]], [0])
    logits = torch.tensor([[1.0, 99.0, 2.0, 3.0]]).log()
    assert window_loss(logits, batch.starts, batch).item() == pytest.approx(-math.log(5 / 6))


def test_the_windows_of_a_question_are_judged_together_without_no_answer():
    # the right token has 2 of 2 + 3 + 4 + 1; "no answer" of either window does not count
    batch = batch_of([[0, 1, 1], [0, 1, 1]], [[0, 1, 0], [1, 0, 0]], [0, 0])
    logits = torch.tensor([[50.0, 2.0, 3.0], [70.0, 4.0, 1.0]]).log()
    assert shared_loss(logits, batch.starts, batch).item() == pytest.approx(-math.log(2 / 10))


def test_windows_of_other_questions_do_not_touch_a_question():
    batch = batch_of([[0, 1, 1], [0, 1, 1]], [[0, 1, 0], [0, 0, 1]], [0, 1])
    logits = torch.tensor([[1.0, 2.0, 3.0], [1.0, 4.0, 1.0]]).log()
    expected = (-math.log(2 / 5) - math.log(1 / 5)) / 2
    assert shared_loss(logits, batch.starts, batch).item() == pytest.approx(expected)


def test_a_question_without_an_answer_has_no_shared_loss_and_no_broken_gradient():
    batch = batch_of([[0, 1, 1]], [[1, 0, 0]], [0])
    logits = torch.zeros(1, 3, requires_grad=True)
    loss = shared_loss(logits, batch.starts, batch)
    loss.backward()
    assert loss.item() == 0.0
    assert torch.isfinite(logits.grad).all()


def test_with_a_null_all_windows_of_a_question_share_one_no_answer():
    # the right token has 2 of 2 + 3 + 4 + 1, and both first tokens count against it
    batch = batch_of([[0, 1, 1], [0, 1, 1]], [[0, 1, 0], [1, 0, 0]], [0, 0])
    logits = torch.tensor([[5.0, 2.0, 3.0], [7.0, 4.0, 1.0]]).log()
    assert shared_loss(logits, batch.starts, batch, null=True).item() == pytest.approx(-math.log(2 / 22))


def test_with_a_null_a_list_of_windows_without_an_answer_is_learnt_from():
    batch = batch_of([[0, 1, 1], [0, 1, 1]], [[1, 0, 0], [1, 0, 0]], [0, 0])
    logits = torch.tensor([[5.0, 2.0, 3.0], [7.0, 4.0, 1.0]]).log()
    assert shared_loss(logits, batch.starts, batch, null=True).item() == pytest.approx(-math.log(12 / 22))


def test_a_teacher_that_agrees_costs_nothing_and_one_that_does_not_costs_the_divergence():
    batch = batch_of([[0, 1]], [[0, 1]], [0])
    ours, theirs = torch.tensor([[0.0, 0.0]]), torch.tensor([[0.0, 2 * math.log(3.0)]])
    assert teacher_loss(ours, ours, batch).item() == pytest.approx(0.0, abs=1e-6)
    # softened by 2 the teacher says 1/4 and 3/4, we say 1/2 and 1/2; times the temperature squared
    expected = 4 * (0.25 * math.log(0.25 / 0.5) + 0.75 * math.log(0.75 / 0.5))
    assert teacher_loss(ours, theirs, batch).item() == pytest.approx(expected, rel=1e-4)


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(PACKAGED)


def group_of(question, *windows):
    return Group(question, "made up", tuple(windows))


def test_answers_become_tokens_and_the_title_is_never_one(tokenizer):
    text = "Ann Lee became mayor of Ulm."
    (encoded,) = encode(tokenizer, group_of("Who is mayor?", Window("Ann Lee", text, ((0, 7),))))
    tokens = tokenizer.convert_ids_to_tokens(encoded.window.token_ids)
    expected = ["[CLS]", "who", "is", "mayor", "?", "[SEP]", "ann", "lee", "[SEP]", "ann", "lee", "became"]
    assert tokens[:12] == expected
    assert (encoded.starts, encoded.ends) == ((9,), (10,))


def test_an_answer_beyond_the_edge_of_a_window_is_not_there(tokenizer):
    text = "It rained all day. " * 80 + "The treaty was signed in Oslo."
    start = text.index("Oslo")
    encoded = encode(tokenizer, group_of("Where?", Window("", text, ((start, start + 4),))))
    reach = [int(each.window.offsets[each.window.words >= 0][-1, 1]) for each in encoded]
    assert len(encoded) > 1
    assert [bool(each.starts) for each in encoded] == [last >= start + 4 for last in reach]
    batch = tensors([encoded], 0)
    assert batch.starts[:, 0].tolist() == [last < start + 4 for last in reach]  # there "no answer" is right
    assert batch.group.tolist() == [0] * len(encoded)


def test_an_answer_that_a_window_cuts_in_two_is_not_in_it(tokenizer):
    text = "It rained all day in the old town. " * 60
    edge = int(encode(tokenizer, group_of("Where?", Window("", text, ())))[0].window.offsets[-2, 1])
    answer = (text.rindex("It", 0, edge - 4), text.index(".", edge + 4))
    for each in encode(tokenizer, group_of("Where?", Window("", text, (answer,)))):
        inside = each.window.offsets[each.window.words >= 0]
        assert bool(each.starts) == bool(inside[0, 0] <= answer[0] and inside[-1, 1] >= answer[1])


def test_a_group_is_never_torn_apart_and_every_group_comes_once(tokenizer):
    made = [group_of(f"Who is {n}?", *[Window("", "word " * (3 * n + 1), ())] * (1 + n % 3)) for n in range(30)]
    sizes = []
    for batch in batches(tokenizer, made, 300, 1):
        assert batch.ids.numel() <= 300
        sizes += batch.group.bincount().tolist()
    assert sorted(sizes) == sorted(len(group.windows) for group in made)


def test_groups_come_back_as_they_were_written(tmp_path):
    made = [group_of("Où?", Window("Ö", "Là-bas.", ((0, 6),)), Window("", "Ici", ()))]
    write_groups(tmp_path / "a.jsonl.xz", made)
    write_groups(tmp_path / "b.jsonl.xz", made)
    assert list(read_groups(tmp_path / "a.jsonl.xz")) == made
    assert (tmp_path / "a.jsonl.xz").read_bytes() == (tmp_path / "b.jsonl.xz").read_bytes()


# preparing


def row(question, context, answer=None, *, dataset="d", title=""):
    start = context.index(answer) if answer else 0
    return Row(dataset, title, context, question, ((start, start + len(answer)),) if answer else ())


def pool_of(rows, settings, tmp_path):
    pool = Pool(LexicalIndex(tmp_path))
    pool.fill(passages(rows, settings))
    return pool


PLAIN = Prepare(epochs={"d": 1.0}, negatives=0.0, swapped=0.0, merged=0.0, titled=1.0)


def test_a_long_context_is_cut_and_the_window_that_holds_the_answer_taken(tmp_path):
    context = "It rained all day in the town. " * 60 + "The treaty was signed in Oslo. " + "Nobody came. " * 100
    rows = [row("Where was it signed?", context, "Oslo", title="Treaty")]
    (made,) = groups(rows, pool_of(rows, PLAIN, tmp_path), PLAIN, PLAIN.epochs)
    (window,) = made.windows
    assert len(window.text.split()) <= PLAIN.passage_words < len(context.split())
    assert [window.text[slice(*each)] for each in window.answers] == ["Oslo"]
    assert window.title == "Treaty"


def test_a_negative_is_ranked_high_and_does_not_hold_the_answer(tmp_path):
    settings = replace(PLAIN, negatives=1.0)
    rows = [
        row("Who won the chess final?", "Ann Lee won the chess final.", "Ann Lee"),
        row("Who lost?", "In the chess final of May Ann Lee won.", "Ann Lee"),  # holds the answer
        row("Who met?", "Bob won the chess final of the school.", "Bob"),
        row("What fell?", "Snow fell.", "Snow"),
    ]
    first, *_ = groups(rows, pool_of(rows, settings, tmp_path), settings, settings.epochs)
    assert [(window.text, bool(window.answers)) for window in first.windows] == [
        (rows[0].context, True),
        (rows[2].context, False),
    ]


def test_an_absent_group_holds_nothing_of_the_article_and_nothing_that_answers(tmp_path):
    settings = replace(PLAIN, absent=1.0, absent_each=2)
    rows = [
        row("Who won the chess final?", "Ann Lee won the chess final.", "Ann Lee", title="Chess"),
        row("When was the chess final?", "The chess final was in May.", "May", title="Chess"),
        row("Who lost?", "In the chess final Ann Lee won.", "Ann Lee", title="Arda"),
        row("Who met?", "Bob won the chess final of the school.", "Bob", title="Schools"),
        row("Who sang?", "Cid sang at the final.", "Cid", title="Songs"),
    ]
    first, *_ = groups(rows, pool_of(rows, settings, tmp_path), settings, settings.epochs)
    assert (first.question, first.dataset) == ("Who won the chess final?", "d, absent")
    assert first.windows == (Window("Schools", rows[3].context, ()), Window("Songs", rows[4].context, ()))


def test_a_question_without_an_answer_comes_with_passages_beside_its_own(tmp_path):
    settings = replace(PLAIN, beside=1.0)
    rows = [
        row("Who won the go final?", "Ann Lee won the chess final.", ""),
        row("Who met?", "Bob won the go final of the school.", "Bob"),
    ]
    first, _ = groups(rows, pool_of(rows, settings, tmp_path), settings, settings.epochs)
    assert [(each.text, each.answers) for each in first.windows] == [(rows[0].context, ()), (rows[1].context, ())]


def test_a_single_sentence_is_put_among_others_and_its_answer_moves_along(tmp_path):
    settings = replace(PLAIN, merged=1.0)
    rows = [row(f"Who is number {n}?", f"Number {n} is Agent{n}.", f"Agent{n}") for n in range(30)]
    made = list(groups(rows, pool_of(rows, settings, tmp_path), settings, settings.epochs))
    for group, source in zip(made, rows, strict=True):
        (window,) = group.windows
        assert source.context in window.text
        assert [window.text[slice(*each)] for each in window.answers] == [source.context[slice(*source.answers[0])]]
    assert sum(group.windows[0].text != source.context for group, source in zip(made, rows, strict=True)) > 25


def test_a_question_with_another_year_has_no_answer(tmp_path):
    settings = replace(PLAIN, swapped=1.0)
    rows = [row("Who won in 1999?", "Ann won in 1999.", "Ann")]
    plain, swapped = groups(rows, pool_of(rows, settings, tmp_path), settings, settings.epochs)
    assert plain.question == "Who won in 1999?"
    assert swapped.question != plain.question
    assert swapped.question.startswith("Who won in ")
    assert swapped.windows[0].answers == ()


def test_a_question_of_a_context_without_its_answers_sentences_has_no_answer(tmp_path):
    settings = replace(PLAIN, removed=1.0)
    context = "The mill in Arda burned down in June. Ann Holt had built it. Nobody was hurt. Ann Holt fled."
    rows = [row("Who built the mill in Arda?", context, "Ann Holt", title="T")]
    plain, removed = groups(rows, pool_of(rows, settings, tmp_path), settings, settings.epochs)
    assert plain.windows[0].answers
    assert (removed.question, removed.dataset) == ("Who built the mill in Arda?", "d, removed")
    assert removed.windows == (Window("T", "The mill in Arda burned down in June. Nobody was hurt.", ()),)


def test_a_context_of_which_too_little_would_be_left_is_not_asked_again(tmp_path):
    settings = replace(PLAIN, removed=1.0)
    contexts = ("Ann Holt built it. It burned down.", "A mill. It burned. Ann Holt, who had built it, was abroad then.")
    rows = [row("Who built it?", context, "Ann Holt") for context in contexts]
    made = list(groups(rows, pool_of(rows, settings, tmp_path), settings, settings.epochs))
    assert [each.dataset for each in made] == ["d", "d"]


def test_a_data_set_is_gone_through_as_often_as_the_recipe_says(tmp_path):
    rows = [row(f"Who is {n}?", f"Number {n} is Ann.", "Ann") for n in range(200)]
    settings = replace(PLAIN, epochs={"d": 1.5})
    made = list(groups(rows, pool_of(rows, settings, tmp_path), settings, settings.epochs))
    assert 270 <= len(made) <= 330


def test_a_context_is_on_one_side_only_and_about_the_share_is_held_out():
    sides = [is_held_out(f"context {n}", 0.1) for n in range(2000)]
    assert sides == [is_held_out(f"context {n}", 0.1) for n in range(2000)]
    assert 150 <= sum(sides) <= 250


def test_an_answer_that_does_not_stand_where_it_says_is_refused(tmp_path):
    path = tmp_path / "d.jsonl.gz"
    given = {
        "id": "x1",
        "title": "",
        "context": "Ann won.",
        "question": "Who?",
        "answers": [{"text": "Bob", "start": 0}],
    }
    path.write_bytes(gzip.compress((json.dumps(given) + "\n").encode()))
    with pytest.raises(ValueError, match="x1: 'Bob' does not stand at 0"):
        list(read_rows("d", path))


def test_the_packaged_recipe_is_read_and_a_setting_that_is_none_refused(tmp_path):
    assert Recipe.read().prepare.epochs["nq_qed_train"] == 2.0
    for name, seed in {"second.toml": 2, "clean.toml": 3, "absent.toml": 4}.items():
        assert Recipe.read(recipes.PACKAGED.parent / name).train.seed == seed
    (tmp_path / "r.toml").write_text("[prepare.epochs]\n[train]\nwindow = 3\n")
    with pytest.raises(ValueError, match="no such setting: window"):
        Recipe.read(tmp_path / "r.toml")


# training


def test_a_start_takes_the_layers_it_is_told_to_and_no_head():
    config = BertConfig(
        vocab_size=50, hidden_size=24, num_hidden_layers=3, num_attention_heads=12, intermediate_size=32
    )
    held = BertModel(config, add_pooling_layer=False).state_dict()
    taken = reader(held, [0, 2])
    assert taken.config.num_hidden_layers == 2
    weight = "attention.self.query.weight"
    assert torch.equal(taken.bert.encoder.layer[1].get_parameter(weight), held[f"encoder.layer.2.{weight}"])
    assert torch.equal(taken.bert.embeddings.word_embeddings.weight, held["embeddings.word_embeddings.weight"])
    del held["encoder.layer.2.attention.self.query.weight"]
    with pytest.raises(KeyError, match=r"layer\.2"):
        reader(held)


@pytest.fixture(scope="module")
def start(tmp_path_factory, tokenizer):
    """A reader with two thin layers and random weights."""
    torch.manual_seed(7)
    folder = tmp_path_factory.mktemp("start")
    BertForQuestionAnswering(
        BertConfig(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32)
    ).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    names = ("Ann", "Bob", "Cid", "Dan", "Eve", "Fay", "Gus", "Hal")
    made = [
        group_of(
            f"Who is the mayor of town {n}?",
            Window("", f"The mayor of town {n} is {names[n % 8]}.", ((len(f"The mayor of town {n} is "),) * 2,)),
        )
        for n in range(60)
    ]
    fixed = [
        replace(each, windows=(replace(each.windows[0], answers=((a, a + 3),)),))
        for each in made
        for a in [each.windows[0].answers[0][0]]
    ]
    write_groups(folder / "train.jsonl.xz", fixed)
    write_groups(folder / "held_out.jsonl.xz", fixed[:6])
    return folder


SMALL = Train(
    windows=240,
    batch_tokens=600,
    peak_rate=5e-3,
    frozen_layers=0,
    check_every=100,
    held_out_step=1,
    average=0.9,
    threads=1,
)


@pytest.mark.models
def test_a_run_that_was_cut_off_ends_as_one_that_was_not(start, data, tmp_path):
    whole = Training(start, SMALL)
    train(whole, data, tmp_path / "whole")
    first = Training(start, SMALL)
    stream = batches(first.tokenizer, endless(data / "train.jsonl.xz", 1), SMALL.batch_tokens, SMALL.seed)
    for batch in islice(stream, 3):
        first.step(batch)
    (tmp_path / "cut").mkdir()
    first.save(tmp_path / "cut" / "checkpoint.safetensors")
    second = Training(start, SMALL)
    train(second, data, tmp_path / "cut")
    assert second.progress.windows == whole.progress.windows >= 240
    for name, weight in whole.weights.items():
        assert torch.equal(weight, second.weights[name]), name
        assert torch.equal(whole.average[name], second.average[name]), name


@pytest.mark.models
def test_training_learns_and_keeps_a_log_and_the_best_weights(start, data, tmp_path):
    training = Training(start, replace(SMALL, windows=600))
    frozen = training.model.bert.embeddings.word_embeddings.weight.clone()
    train(training, data, tmp_path)
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert log[-1]["windows"] >= 600
    assert log[-1]["loss"] < 0.8 * log[0]["loss"]
    assert torch.equal(frozen, training.model.bert.embeddings.word_embeddings.weight)
    best = BertForQuestionAnswering.from_pretrained(tmp_path / "best", dtype=torch.float32)
    assert best.config.hidden_size == 16


@pytest.mark.models
def test_the_rate_rises_to_its_peak_and_falls_to_nothing(start):
    training = Training(start, Train(windows=1000, warmup=0.1, peak_rate=1e-3, frozen_layers=0))
    rates = []
    for windows in (0, 50, 100, 550, 1000):
        training.progress.windows = windows
        rates.append(training.rate)
    assert rates == pytest.approx([1e-5, 5.1e-4, 1e-3, 5e-4, 0.0], abs=1e-9)


@pytest.mark.models
def test_a_packaged_model_reads_as_the_one_it_was_made_of(start, tmp_path):
    model = BertForQuestionAnswering.from_pretrained(start, dtype=torch.float32).eval()
    write_weights(model, start, tmp_path)
    packaged = load_quantized(tmp_path).eval()
    ids = torch.arange(1000, 1020)[None]
    with torch.inference_mode():
        ours, theirs = packaged(input_ids=ids), model(input_ids=ids)
    assert packaged.config.reads_titles is True
    assert torch.allclose(ours.start_logits, theirs.start_logits, atol=0.02)
    write_weights(model, start, tmp_path / "again")
    assert sha256(tmp_path / "model.safetensors") == sha256(tmp_path / "again" / "model.safetensors")


def test_the_packaged_weights_are_those_that_the_card_describes():
    card = (Path(PACKAGED) / "README.md").read_text()
    assert sha256(Path(PACKAGED) / "model.safetensors") in card


def test_a_compared_run_differs_in_what_is_named_and_in_nothing_else():
    recipe = Recipe(PLAIN, Train(windows=10))
    variant = varied("negatives=0.5 negatives_each=3 shared_loss=0 start=/models/six", Path("/models/twelve"), recipe)
    assert variant.start == Path("/models/six")
    assert variant.recipe.prepare == replace(PLAIN, negatives=0.5, negatives_each=3)
    assert variant.recipe.train == replace(recipe.train, shared_loss=0.0)
    assert varied("", Path("/models/twelve"), recipe).recipe == recipe


def test_a_compared_run_refuses_a_setting_that_is_none():
    with pytest.raises(ValueError, match="No such setting: negativs"):
        varied("negativs=0", Path("start"), Recipe(PLAIN, Train()))
