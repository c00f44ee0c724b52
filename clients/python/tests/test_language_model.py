"""The example of a small language model, and a model of one's own in its place."""

import ast
import math
import tempfile
import unittest
from importlib.util import find_spec
from pathlib import Path

import examples  # noqa: F401
from test_run import WithWorkspace

import lethe

MISSING = None if find_spec("torch") else "torch is not installed"
if not MISSING:
    import language_model
    import python_texts
    import text_remedies
    import text_windows
    import torch
    from small_transformer import CHARACTERS, Transformer, encode, is_adapted

NO_TRANSFORMERS = MISSING or next(
    (f"{name} is not installed" for name in ("transformers", "tokenizers") if not find_spec(name)), None
)

#: Two domains that even a tiny model tells apart.
FIRST, SECOND = "the cat sat on the mat and " * 900, "0123456789+9876543210-" * 900


@unittest.skipIf(MISSING, MISSING)
class Texts(unittest.TestCase):
    def test_a_text_is_divided_and_all_of_it_is_there(self):
        text = "".join(chr(97 + i // 2000) for i in range(40_000))
        train, test = python_texts.split(text)
        self.assertEqual((len(train), len(test)), (36_000, 4_000))
        self.assertEqual(set(test), {"j", "t"})
        self.assertFalse(set(train) & set(test))

    def test_code_has_neither_comments_nor_docstrings(self):
        source = '"""A module."""\nx = "kept"  # a remark\ndef f():\n    "says"\ndef g():\n    "says"\n    return x'
        found = ast.unparse(python_texts.without_docstrings(ast.parse(source)))
        self.assertEqual(found, "x = 'kept'\n\ndef f():\n    pass\n\ndef g():\n    return x")

    def test_both_domains_are_there_and_are_of_the_characters_that_the_model_knows(self):
        for text in (python_texts.english(), python_texts.code()):
            self.assertGreater(len(text), 300_000)
            self.assertLessEqual(set(text), set(CHARACTERS))

    def test_windows_are_stretches_of_the_text(self):
        text = torch.arange(50, dtype=torch.uint8)
        drawn = text_windows.drawn_windows(text, 200, 4, torch.Generator().manual_seed(1))
        self.assertTrue(torch.equal(drawn - drawn[:, :1], torch.arange(5).expand(200, 5)))
        self.assertEqual((int(drawn.min()), int(drawn.max())), (0, 49))
        self.assertEqual(text_windows.windows_in_a_row(text, 3, 9)[:, 0].tolist(), [0, 10, 20])
        self.assertEqual(len(text_windows.windows_in_a_row(text, 99, 9)), 5)

    def test_a_token_is_told_by_those_before_it_alone(self):
        torch.manual_seed(1)
        network = Transformer(outputs=9, places=6, width=8, heads=2, blocks=2)
        tokens = torch.randint(0, 9, (1, 6))
        other = tokens.clone()
        other[0, 4] = (other[0, 4] + 1) % 9
        before, after = network(tokens), network(other)
        self.assertTrue(torch.allclose(before[:, :4], after[:, :4], atol=1e-6))
        self.assertFalse(torch.allclose(before[:, 4:], after[:, 4:], atol=1e-3))


@unittest.skipIf(MISSING, MISSING)
class Remedies(unittest.TestCase):
    def remedy(self, name, **settings):
        texts = [torch.zeros(100, dtype=torch.uint8), torch.ones(60, dtype=torch.uint8)]
        return text_remedies.REMEDIES[name](settings, texts, batch=8, seed=1)

    def test_what_a_step_is_drawn_from(self):
        sizes = {
            name: [[(len(text), count) for text, count in self.remedy(name, **settings).sources(task)] for task in (0, 1)]
            for name, settings in (("none", {}), ("joint", {}), ("rehearsal", {"kept": 40, "share": 0.25}))
        }
        self.assertEqual(sizes["none"], [[(100, 8)], [(60, 8)]])
        self.assertEqual(sizes["joint"], [[(160, 8)], [(160, 8)]])
        self.assertEqual(sizes["rehearsal"], [[(100, 8)], [(60, 8), (40, 2)]])
        self.assertEqual(self.remedy("rehearsal", kept=40, share=0.25).memory_bytes, 40)

    def test_the_distance_to_the_start_is_penalised_from_the_second_task_on(self):
        network = torch.nn.Linear(2, 3)
        remedy = self.remedy("l2", **{"lambda": 0.5})
        remedy.begin(0, network, is_adapted)
        self.assertEqual((remedy.penalty(network), remedy.memory_bytes), (0, 0))
        remedy.begin(1, network, is_adapted)
        with torch.no_grad():
            network.bias += 2
        self.assertAlmostEqual(remedy.penalty(network).item(), 0.5 / 2 * 3 * 4, places=5)
        self.assertEqual(remedy.memory_bytes, 4 * 9)

    def test_low_rank_adapters_leave_the_base_as_it_is(self):
        torch.manual_seed(1)
        network = Transformer(outputs=9, places=6, width=8, heads=2, blocks=1)
        remedy = self.remedy("lora", rank=2, alpha=4)
        remedy.begin(0, network, is_adapted)
        self.assertTrue(all(values.requires_grad for values in network.parameters()))
        tokens = torch.randint(0, 9, (2, 6))
        before = network(tokens)
        remedy.begin(1, network, is_adapted)
        self.assertTrue(torch.equal(network(tokens), before))
        trained = {name.split(".")[-1] for name, values in network.named_parameters() if values.requires_grad}
        self.assertEqual((trained, len(remedy.adapted)), ({"a", "b"}, 4))


class WithTexts(WithWorkspace):
    def options(self, *more):
        files = [Path(self.workspace, name) for name in ("prose.txt", "digits.txt")]
        for file, text in zip(files, (FIRST, SECOND)):
            file.write_text(text)
        given = ["--texts", *map(str, files), "--steps", "50", "60", "--context", "16", "--batch", "8", "--every", "10"]
        return language_model.options_of([*given, "--tested", "32", "--lr", "0.01", "--folder", self.workspace, *more])

    def learned(self, method, *more):
        torch.set_num_threads(1)
        language_model.learn(method, 1, self.options(*more))
        return lethe.load(self.workspace)[-1]


@unittest.skipIf(MISSING, MISSING)
class Runs(WithTexts):
    def test_the_first_domain_is_forgotten_and_rehearsal_keeps_it(self):
        none = self.learned("none")
        self.assertEqual((none.is_whole, none.log.unreadable), (True, 0))
        [[first, _], [forgotten, second]] = none.matrix
        self.assertGreater(first, 0.8)
        self.assertGreater(second, 0.5)
        self.assertLess(forgotten, first - 0.3)
        rehearsal = self.learned("rehearsal", "--kept", "1000", "--share", "0.5")
        # The same parameters until then, to the bit.
        self.assertEqual(rehearsal.matrix[0], none.matrix[0])
        self.assertGreater(rehearsal.matrix[1][0], forgotten + 0.2)
        self.assertEqual([row["memoryBytes"] for row in rehearsal.log.of("task-end")], [1000, 1000])
        names = [task["name"] for task in none.log.started["tasks"]]
        self.assertEqual(names, ["prose", "digits"])
        told = list(none.log.of("metrics"))[-1]["values"]
        self.assertEqual(set(told), {"perplexity, prose", "perplexity, digits"})
        self.assertGreater(told["perplexity, prose"], 2 * told["perplexity, digits"])

    def test_equal_seeds_are_equal_runs(self):
        for method in ("l2", "lora"):
            rows = [self.learned(method).matrix for _ in range(2)]
            self.assertEqual(rows[0], rows[1])

    def test_perplexity_is_the_exponential_of_the_mean_loss(self):
        text = torch.arange(9, dtype=torch.uint8).repeat(20)
        tester = language_model.Tester(lambda tokens: torch.zeros(*tokens.shape, 9), [text], 8)
        list(tester.on(99)(0))
        self.assertAlmostEqual(tester.losses[0], math.log(9), places=6)
        self.assertAlmostEqual(tester.perplexities(["even"])["perplexity, even"], 9, places=4)
        self.assertEqual(tester.perplexities(["even"]), {})


@unittest.skipIf(NO_TRANSFORMERS, NO_TRANSFORMERS)
class ModelOfOnesOwn(WithTexts):
    """Tiny models that transformers has written."""

    def setUp(self):
        super().setUp()
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.model = kept.name

    def write(self, model):
        from tokenizers import Tokenizer, models, pre_tokenizers
        from transformers import PreTrainedTokenizerFast

        tokenizer = Tokenizer(models.WordLevel({character: i for i, character in enumerate(CHARACTERS)}, CHARACTERS[0]))
        tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
        PreTrainedTokenizerFast(tokenizer_object=tokenizer).save_pretrained(self.model)
        model.save_pretrained(self.model)

    def gpt2(self):
        from transformers import GPT2Config, GPT2LMHeadModel

        torch.manual_seed(1)
        sizes = {"n_positions": 32, "n_embd": 16, "n_layer": 2, "n_head": 2}
        return GPT2LMHeadModel(GPT2Config(vocab_size=len(CHARACTERS), bos_token_id=None, eos_token_id=None, **sizes))

    def llama(self):
        from transformers import LlamaConfig, LlamaForCausalLM

        torch.manual_seed(1)
        sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
        return LlamaForCausalLM(LlamaConfig(vocab_size=len(CHARACTERS), max_position_embeddings=32, **sizes))

    def test_it_is_trained_on_the_second_domain_alone(self):
        for kind in (self.gpt2, self.llama):
            self.write(kind())
            run = self.learned("lora", "--model", self.model, "--steps", "0", "20")
            self.assertTrue(run.is_whole)
            self.assertEqual(run.log.started["steps"], [0, 20])
            self.assertEqual(run.matrix[0], next(run.log.of("baseline"))["accuracy"])
            self.assertGreater(run.matrix[1][1], run.matrix[0][1])

    def test_all_dense_layers_but_the_last_are_adapted(self):
        from pretrained import load_pretrained

        for kind, layers in ((self.gpt2, 2 * 4), (self.llama, 2 * 7)):
            self.write(kind())
            network, encoder, adapted = load_pretrained(self.model)
            self.assertEqual(encoder("to be"), encode("to be"))
            remedy = text_remedies.LowRank({"rank": 2, "alpha": 2}, [], 1, 1)
            tokens = torch.tensor([encode("to be or")])
            before = network(tokens)
            remedy.begin(1, network, adapted)
            self.assertEqual(len(remedy.adapted), layers)
            self.assertTrue(torch.equal(network(tokens), before))
            trained = sum(values.numel() for values in network.parameters() if values.requires_grad)
            self.assertGreater(trained, 0)
            self.assertFalse(any("head" in name for name in remedy.adapted))

    def test_a_folder_without_a_model_is_named(self):
        with self.assertRaisesRegex(lethe.Mistake, "holds no causal language model"):
            self.learned("none", "--model", self.model)


if __name__ == "__main__":
    unittest.main()
