"""Mean time of a training step (ms) by hand-written PyTorch, as a JSON line with a field for each variant asked for.

A variant is a number of threads, with `t` after it for what PyTorch can do when it is tuned: fused updates, images
channels last, EWC's gradient added in place of a penalty in the loss, and what SI, MAS, RWalk, A-GEM and SAM do to all
parameters done in few calls; of OGD and GPM the products with thin matrices in place of square ones.
"""

import argparse
import json
import time

import torch

import mnist
from methods import (
    Agem,
    Derpp,
    Ewc,
    Gem,
    Gpm,
    Icarl,
    Lwf,
    Mas,
    Ogd,
    PackNet,
    Replay,
    Rwalk,
    Sam,
    Sequential,
    Si,
    exact_fisher,
    train_step,
)
from networks import cnn, mlp, optimizer_for

WARM_UP = 30
OWNED_BY_SECOND_TASK = 0.5
# As many as four tasks leave for the last of five.
OGD_DIRECTIONS = 100
GPM_TASKS = 4
METHODS = "none ewc replay packnet si mas rwalk lwf agem derpp gem sam ogd gpm icarl".split()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hidden", type=int, nargs="*", help="units of the hidden layers; none: the small CNN")
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--optimizer", choices=["adam", "sgd"], required=True)
    parser.add_argument("--learning-rate", type=float, required=True)
    parser.add_argument("--method", choices=METHODS, default="none")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--variants", nargs="+", default=["1"])
    options = parser.parse_args()
    tasks = mnist.split(*mnist.load("train"), classes_per_task=5)
    print(json.dumps({variant: 1000 * seconds_per_step(options, variant, tasks) for variant in options.variants}))


def seconds_per_step(options, variant, tasks):
    """Of the second task of two, which has old knowledge to keep."""
    torch.manual_seed(1)
    torch.set_num_threads(int(variant.rstrip("t")))
    tuned = variant.endswith("t")
    (first_images, first_labels), (images, labels) = tasks
    network = mlp(options.hidden) if options.hidden else cnn()
    if not options.hidden:
        layout = torch.channels_last if tuned else torch.contiguous_format
        network = network.to(memory_format=layout)
        images = images.view(-1, 1, 28, 28).contiguous(memory_format=layout)
    method = method_of(options, tuned, network, first_images, first_labels)
    optimizer = optimizer_for(network, options.optimizer, options.learning_rate, tuned)

    def run(steps):
        done = 0
        while done < steps:
            for chosen in torch.randperm(len(labels)).split(options.batch):
                if len(chosen) < options.batch or done == steps:
                    break
                train_step(method, optimizer, images[chosen], labels[chosen])
                done += 1

    run(WARM_UP)
    start = time.perf_counter()
    run(options.steps)
    return (time.perf_counter() - start) / options.steps


def method_of(options, tuned, network, first_images, first_labels):
    if options.method == "ewc":
        ewc = Ewc(network, strength=1e5, tuned=tuned)
        ewc.merge(exact_fisher(network, first_images[:1000]))
        return ewc
    if options.method == "replay":
        replay = Replay(network, per_class=100, batch_size=options.batch)
        replay.after_task(first_images, first_labels)
        return replay
    if options.method == "packnet":
        return PackNet(network, OWNED_BY_SECOND_TASK, units=range(5, 10))
    if options.method == "si":
        si = Si(network, strength=1, damping=0.001, tuned=tuned)
        # As good as any: what the path is does not change what a step costs.
        si.path = [torch.rand_like(p) / 1000 for p in si.parameters]
        si.after_task(first_images, first_labels)
        return si
    if options.method == "mas":
        mas = Mas(network, strength=1, tuned=tuned)
        mas.after_task(first_images[:1000], first_labels)
        return mas
    if options.method == "rwalk":
        rwalk = Rwalk(network, strength=1, tuned=tuned)
        # As good as any: what they are does not change what a step costs.
        rwalk.score = [torch.rand_like(p) for p in rwalk.parameters]
        rwalk.fisher = [torch.rand_like(p) / 1000 for p in rwalk.parameters]
        rwalk.after_task(first_images, first_labels)
        return rwalk
    if options.method == "lwf":
        lwf = Lwf(network)
        lwf.after_task(first_images, first_labels)
        return lwf
    if options.method == "agem":
        agem = Agem(network, per_class=100, batch_size=options.batch, tuned=tuned)
        agem.after_task(first_images, first_labels)
        return agem
    if options.method == "derpp":
        derpp = Derpp(network, size=500, alpha=1, beta=0.5, batch_size=options.batch)
        for chosen in torch.randperm(len(first_labels))[:2000].split(options.batch):
            derpp.meet(first_images[chosen], first_labels[chosen], network(first_images[chosen]).detach())
        return derpp
    if options.method == "gem":
        gem = Gem(network, per_task=100, margin=0.5, ridge=1e-3)
        for part in torch.randperm(len(first_labels)).chunk(4):
            gem.after_task(first_images[part], first_labels[part])
        return gem
    if options.method == "icarl":
        icarl = Icarl(network)
        icarl.after_task(first_images, first_labels)
        return icarl
    if options.method == "sam":
        return Sam(network, radius=0.05, tuned=tuned)
    if options.method == "ogd":
        ogd = Ogd(network, per_task=OGD_DIRECTIONS)
        ogd.after_task(first_images, first_labels)
        return ogd
    if options.method == "gpm":
        gpm = Gpm(network, threshold=0.95, later_threshold=0.99, samples=300, tuned=tuned)
        for start in range(0, GPM_TASKS * 300, 300):
            gpm.after_task(first_images[start:], first_labels[start:])
        return gpm
    return Sequential(network)


main()
