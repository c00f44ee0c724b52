"""Methods against forgetting, written by hand: what a researcher would put around a PyTorch loop.

A step is always `train_step`. A method may change the loss, add examples to the batch, rewrite gradients, or look at
what the optimiser did.
"""

import copy

import numpy as np
import torch
import torch.nn.functional as F
from scipy.optimize import nnls


def train_step(method, optimizer, images, labels):
    """Returns the loss as a tensor: nobody waits for its value."""
    loss = method.loss(images, labels)
    optimizer.zero_grad()
    loss.backward()
    method.rewrite_gradients(images, labels)
    optimizer.step()
    method.after_step()
    return loss.detach()


class Sequential:
    """No remedy: the lower bound."""

    def __init__(self, network):
        self.network = network
        self.parameters = list(network.parameters())

    def loss(self, images, labels):
        return F.cross_entropy(self.network(images), labels)

    def rewrite_gradients(self, images, labels):
        pass

    def after_step(self):
        pass

    def after_task(self, images, labels):
        pass


class Ewc(Sequential):
    """Elastic weight consolidation (Kirkpatrick et al. 2017), the quadratics of all tasks merged into one:
    lambda/2 · F (θ − θ*)² with F = Σ F_k and θ* = Σ F_k θ*_k / F.

    By default the penalty is part of the loss, as it is usually written; `tuned` adds its gradient, which is cheaper.
    """

    def __init__(self, network, strength, tuned=False):
        super().__init__(network)
        self.strength = strength
        self.tuned = tuned
        self.fisher = None
        self.anchors = None

    def loss(self, images, labels):
        loss = super().loss(images, labels)
        if self.fisher is None or self.tuned:
            return loss
        terms = zip(self.parameters, self.fisher, self.anchors)
        return loss + self.strength / 2 * sum((fisher * (p - anchor) ** 2).sum() for p, fisher, anchor in terms)

    @torch.no_grad()
    def rewrite_gradients(self, images, labels):
        if self.fisher is None or not self.tuned:
            return
        for p, fisher, anchor in zip(self.parameters, self.fisher, self.anchors):
            p.grad.addcmul_(fisher, p - anchor, value=self.strength)

    @torch.no_grad()
    def after_task(self, images, labels):
        self.merge(exact_fisher(self.network, images))

    @torch.no_grad()
    def merge(self, fisher):
        current = [p.detach().clone() for p in self.parameters]
        if self.fisher is None:
            self.fisher, self.anchors = fisher, current
            return
        for total, anchor, added, p in zip(self.fisher, self.anchors, fisher, current):
            both = total + added
            anchor.copy_(torch.where(both > 0, (total * anchor + added * p) / both, p))
            total.copy_(both)


class Replay(Sequential):
    """Random examples of old classes beside the current ones; in the k-th task the current loss weighs 1/k
    (van de Ven, Tuytelaars & Tolias 2022)."""

    def __init__(self, network, per_class, batch_size):
        super().__init__(network)
        self.per_class = per_class
        self.batch_size = batch_size
        self.images = torch.empty(0, 784)
        self.labels = torch.empty(0, dtype=torch.int64)
        self.tasks_done = 0

    def loss(self, images, labels):
        if self.tasks_done == 0:
            return super().loss(images, labels)
        chosen = self.draw()
        logits = self.network(torch.cat([images, self.images[chosen]]))
        current = F.cross_entropy(logits[: len(labels)], labels)
        replayed = F.cross_entropy(logits[len(labels) :], self.labels[chosen])
        share = 1 / (self.tasks_done + 1)
        return share * current + (1 - share) * replayed

    def draw(self):
        """Indices of stored examples, without replacement."""
        return torch.randperm(len(self.labels))[: self.batch_size]

    def after_task(self, images, labels):
        for label in labels.unique():
            of_class = (labels == label).nonzero()[:, 0]
            chosen = of_class[torch.randperm(len(of_class))[: self.per_class]]
            self.images = torch.cat([self.images, images[chosen]])
            self.labels = torch.cat([self.labels, labels[chosen]])
        self.tasks_done += 1


class Si(Sequential):
    """Synaptic intelligence (Zenke, Poole & Ganguli 2017): each parameter adds up how much it lowered the loss, with the
    gradient of the loss alone, and later tasks are learned with c Σ Ω (θ − θ*)², whose gradient is added here.

    `tuned`: operations over all parameters at once.
    """

    def __init__(self, network, strength, damping, tuned=False):
        super().__init__(network)
        self.strength = strength
        self.damping = damping
        self.tuned = tuned
        self.omega = None
        self.anchors = [p.detach().clone() for p in self.parameters]
        self.path = [torch.zeros_like(p) for p in self.parameters]
        self.gradients = self.before = None

    @torch.no_grad()
    def rewrite_gradients(self, images, labels):
        self.gradients = [p.grad for p in self.parameters]
        self.before = torch._foreach_clone(self.parameters) if self.tuned else [p.clone() for p in self.parameters]
        if self.omega is None:
            return
        # Not in place: the path needs the gradient without the penalty.
        if self.tuned:
            offsets = torch._foreach_sub(self.parameters, self.anchors)
            summed = torch._foreach_addcmul(self.gradients, self.omega, offsets, value=2 * self.strength)
        else:
            parts = zip(self.parameters, self.gradients, self.omega, self.anchors)
            summed = [torch.addcmul(g, omega, p - anchor, value=2 * self.strength) for p, g, omega, anchor in parts]
        for p, gradient in zip(self.parameters, summed):
            p.grad = gradient

    @torch.no_grad()
    def after_step(self):
        if self.tuned:
            changes = torch._foreach_sub(self.parameters, self.before)
            torch._foreach_addcmul_(self.path, self.gradients, changes, value=-1)
            return
        for path, gradient, p, before in zip(self.path, self.gradients, self.parameters, self.before):
            path.addcmul_(gradient, p - before, value=-1)

    @torch.no_grad()
    def after_task(self, images, labels):
        omega = self.omega or [torch.zeros_like(p) for p in self.parameters]
        parts = zip(omega, self.path, self.parameters, self.anchors)
        self.omega = [
            (total + path / ((p - anchor) ** 2 + self.damping)).clamp_min(0) for total, path, p, anchor in parts
        ]
        self.anchors = [p.detach().clone() for p in self.parameters]
        self.path = [torch.zeros_like(p) for p in self.parameters]


class Mas(Sequential):
    """Memory aware synapses (Aljundi et al. 2018): Ω is the absolute gradient of the squared length of the logits, summed over
    batches of 200, and later tasks are learned with λ Σ Ω (θ − θ*)², whose gradient is added here.

    `tuned`: operations over all parameters at once.
    """

    def __init__(self, network, strength, tuned=False):
        super().__init__(network)
        self.strength = strength
        self.tuned = tuned
        self.omega = None
        self.anchors = None

    @torch.no_grad()
    def rewrite_gradients(self, images, labels):
        if self.omega is not None:
            add_penalty(self.parameters, self.omega, self.anchors, 2 * self.strength, self.tuned)

    def after_task(self, images, labels, batch_size=200):
        sums = [torch.zeros_like(p) for p in self.parameters]
        for part in images.split(batch_size):
            gradients = torch.autograd.grad(self.network(part).square().sum(), self.parameters)
            for total, gradient in zip(sums, gradients):
                total += gradient.abs()
        added = [total / len(images) for total in sums]
        self.omega = added if self.omega is None else [old + new for old, new in zip(self.omega, added)]
        self.anchors = [p.detach().clone() for p in self.parameters]


def add_penalty(parameters, importance, anchors, strength, tuned):
    """Adds strength · Ω (θ − θ*) to the gradients, in place."""
    if tuned:
        offsets = torch._foreach_sub(parameters, anchors)
        torch._foreach_addcmul_([p.grad for p in parameters], importance, offsets, value=strength)
        return
    for p, weight, anchor in zip(parameters, importance, anchors):
        p.grad.addcmul_(weight, p - anchor, value=strength)


class Rwalk(Sequential):
    """Riemannian walk (Chaudhry et al. 2018) as the authors' code has it: a running Fisher information and a score, both
    brought up to date every ten steps, and later tasks learned with λ Σ (F̂ + Ŝ) (θ − θ*)².

    `tuned`: operations over all parameters at once.
    """

    def __init__(self, network, strength, alpha=0.9, every=10, damping=0.001, tuned=False):
        super().__init__(network)
        self.strength = strength
        self.alpha = alpha
        self.every = every
        self.damping = damping
        self.tuned = tuned
        self.importance = None
        self.total_score = None
        self.fisher = self.zeros()
        self.begin_task()

    def zeros(self):
        return [torch.zeros_like(p) for p in self.parameters]

    def begin_task(self):
        self.path, self.squares, self.score = self.zeros(), self.zeros(), self.zeros()
        self.start = [p.detach().clone() for p in self.parameters]
        self.steps = 0

    @torch.no_grad()
    def rewrite_gradients(self, images, labels):
        self.steps += 1
        if self.steps % self.every == 0:
            self.update()
        self.gradients = [p.grad.clone() for p in self.parameters]
        self.before = torch._foreach_clone(self.parameters) if self.tuned else [p.clone() for p in self.parameters]
        if self.importance is not None:
            add_penalty(self.parameters, self.importance, self.anchors, 2 * self.strength, self.tuned)

    def update(self):
        walk = zip(self.parameters, self.path, self.squares, self.fisher, self.score, self.start)
        for p, path, squares, fisher, score, start in walk:
            score += (path / (self.damping + fisher * (p - start) ** 2)).clamp_min(0)
            fisher.mul_(1 - self.alpha).add_(squares, alpha=self.alpha / self.every)
            path.zero_()
            start.copy_(p)

    @torch.no_grad()
    def after_step(self):
        if self.tuned:
            changes = torch._foreach_sub(self.parameters, self.before)
            torch._foreach_addcmul_(self.path, self.gradients, changes, value=-1)
            torch._foreach_addcmul_(self.squares, self.gradients, self.gradients)
            return
        for path, squares, g, p, before in zip(self.path, self.squares, self.gradients, self.parameters, self.before):
            path.addcmul_(g, p - before, value=-1)
            squares.addcmul_(g, g)

    @torch.no_grad()
    def after_task(self, images, labels):
        if self.total_score is None:
            self.total_score = [score.clone() for score in self.score]
        else:
            self.total_score = [old + (old + score) / 2 for old, score in zip(self.total_score, self.score)]
        parts = zip(from_zero_to_one(self.fisher), from_zero_to_one(self.total_score))
        self.importance = [fisher + score for fisher, score in parts]
        self.anchors = [p.detach().clone() for p in self.parameters]
        self.begin_task()


def from_zero_to_one(values):
    """The smallest of all values becomes 0, the largest 1."""
    least = min(value.min() for value in values)
    most = max(value.max() for value in values)
    return [(value - least) / (most - least + 1e-32) for value in values]


class Lwf(Sequential):
    """Learning without forgetting (Li & Hoiem 2016), class-incremental as in van de Ven et al. 2022: all outputs keep what
    the network before the task says, with softmaxes of logits / T."""

    def __init__(self, network, temperature=2):
        super().__init__(network)
        self.temperature = temperature
        self.teacher = None

    def loss(self, images, labels):
        if self.teacher is None:
            return super().loss(images, labels)
        logits = self.network(images)
        with torch.no_grad():
            targets = (self.teacher(images) / self.temperature).softmax(1)
        return F.cross_entropy(logits, labels) + F.cross_entropy(logits / self.temperature, targets)

    def after_task(self, images, labels):
        self.teacher = copy.deepcopy(self.network).requires_grad_(False)


class Agem(Sequential):
    """A-GEM (Chaudhry, Ranzato, Rohrbach & Elhoseiny 2019): where the gradient of the step would raise the mean loss of
    stored examples, it is projected onto what does not. Only then is there anything to compute.

    `tuned`: operations over all parameters at once.
    """

    def __init__(self, network, per_class, batch_size, tuned=False):
        super().__init__(network)
        self.memory = Replay(network, per_class, batch_size)
        self.tuned = tuned

    def rewrite_gradients(self, images, labels):
        if self.memory.tasks_done == 0:
            return
        chosen = self.memory.draw()
        loss = F.cross_entropy(self.network(self.memory.images[chosen]), self.memory.labels[chosen])
        references = torch.autograd.grad(loss, self.parameters)
        gradients = [p.grad for p in self.parameters]
        dot = inner_product(gradients, references)
        if dot >= 0:
            return
        share = (dot / inner_product(references, references)).item()
        if self.tuned:
            torch._foreach_add_(gradients, references, alpha=-share)
            return
        for gradient, reference in zip(gradients, references):
            gradient.sub_(reference, alpha=share)

    def after_task(self, images, labels):
        self.memory.after_task(images, labels)


class Derpp(Sequential):
    """DER++ (Buzzega, Boschini, Porrello, Abati & Calderara 2020): examples of a reservoir with the logits that the
    network had for them, and others with their labels, drawn separately."""

    def __init__(self, network, size, alpha, beta, batch_size):
        super().__init__(network)
        self.size, self.alpha, self.beta, self.batch_size = size, alpha, beta, batch_size
        self.images = torch.empty(size, 784)
        self.labels = torch.empty(size, dtype=torch.int64)
        self.logits = torch.empty(size, 10)
        self.met = 0
        self.current = None

    def loss(self, images, labels):
        logits = self.network(images)
        self.current = (images, labels, logits.detach())
        loss = F.cross_entropy(logits, labels)
        if self.met == 0:
            return loss
        chosen = self.draw()
        loss = loss + self.alpha * F.mse_loss(self.network(self.images[chosen]), self.logits[chosen])
        chosen = self.draw()
        return loss + self.beta * F.cross_entropy(self.network(self.images[chosen]), self.labels[chosen])

    def draw(self):
        """Places in the reservoir, without replacement."""
        return torch.randperm(min(self.met, self.size))[: self.batch_size]

    def after_step(self):
        self.meet(*self.current)

    def meet(self, images, labels, logits):
        for row in range(len(labels)):
            place = self.met if self.met < self.size else int(torch.randint(self.met + 1, (1,)))
            self.met += 1
            if place < self.size:
                self.images[place], self.labels[place], self.logits[place] = images[row], labels[row], logits[row]


class Gem(Sequential):
    """GEM (Lopez-Paz & Ranzato 2017): where the gradient of the step would raise the loss on stored examples of an old
    task, the nearest gradient that raises none is taken, by the dual program over v >= margin."""

    def __init__(self, network, per_task, margin, ridge):
        super().__init__(network)
        self.per_task, self.margin, self.ridge = per_task, margin, ridge
        self.memories = []

    def rewrite_gradients(self, images, labels):
        own = torch.cat([p.grad.view(-1) for p in self.parameters])
        losses = (F.cross_entropy(self.network(x), y) for x, y in self.memories)
        old = torch.stack([self.flat(torch.autograd.grad(loss, self.parameters)) for loss in losses])
        products = (old @ own).double().numpy()
        if (products >= 0).all():
            return
        matrix = (old @ old.T).double().numpy() + self.ridge * np.eye(len(old))
        # In w = v - margin it is a problem of least squares over w >= 0.
        root = np.linalg.cholesky(matrix)
        target = np.linalg.solve(root, products + self.margin * matrix.sum(1))
        dual = nnls(root.T, -target)[0] + self.margin
        total = own + torch.from_numpy(dual).float() @ old
        for p, part in zip(self.parameters, total.split([p.numel() for p in self.parameters])):
            p.grad.copy_(part.view_as(p))

    @staticmethod
    def flat(gradients):
        return torch.cat([gradient.view(-1) for gradient in gradients])

    def after_task(self, images, labels):
        self.memories.append((images[-self.per_task :], labels[-self.per_task :]))


def inner_product(first, second):
    return sum(torch.dot(a.view(-1), b.view(-1)) for a, b in zip(first, second))


class Sam(Sequential):
    """Sharpness-aware minimisation (Foret, Kleiner, Mobahi & Neyshabur 2021): the gradient is that at θ + ρ g / ‖g‖.

    `tuned`: operations over all parameters at once.
    """

    def __init__(self, network, radius, tuned=False):
        super().__init__(network)
        self.radius = radius
        self.tuned = tuned

    def rewrite_gradients(self, images, labels):
        before = self.climb([p.grad for p in self.parameters])
        for p, gradient in zip(self.parameters, torch.autograd.grad(self.loss(images, labels), self.parameters)):
            p.grad = gradient
        with torch.no_grad():
            if self.tuned:
                torch._foreach_copy_(self.parameters, before)
                return
            for p, value in zip(self.parameters, before):
                p.copy_(value)

    @torch.no_grad()
    def climb(self, gradients):
        """Goes to the worst point of the neighbourhood; returns where it came from."""
        if self.tuned:
            before = torch._foreach_clone(self.parameters)
            scale = self.radius / torch.stack(torch._foreach_norm(gradients)).norm()
            torch._foreach_add_(self.parameters, gradients, alpha=scale.item())
            return before
        before = [p.clone() for p in self.parameters]
        scale = self.radius / torch.stack([gradient.norm() for gradient in gradients]).norm()
        for p, gradient in zip(self.parameters, gradients):
            p.add_(gradient * scale)
        return before


class Ogd(Sequential):
    """Orthogonal gradient descent (Farajtabar et al. 2020), OGD-GTL: the gradient of the step without what of it lies
    within the gradients of the true logits of old examples, which are the orthonormal columns of one matrix."""

    def __init__(self, network, per_task):
        super().__init__(network)
        self.per_task = per_task
        self.basis = None

    @torch.no_grad()
    def rewrite_gradients(self, images, labels):
        if self.basis is None:
            return
        gradient = torch.cat([p.grad.view(-1) for p in self.parameters])
        gradient -= self.basis @ (self.basis.T @ gradient)
        at = 0
        for p in self.parameters:
            p.grad.copy_(gradient[at : at + p.numel()].view_as(p))
            at += p.numel()

    def after_task(self, images, labels):
        rows = []
        for i in torch.randperm(len(labels))[: self.per_task]:
            logit = self.network(images[i : i + 1])[0, labels[i]]
            rows.append(torch.cat([part.view(-1) for part in torch.autograd.grad(logit, self.parameters)]))
        found = torch.stack(rows, 1)
        self.basis = torch.linalg.qr(found if self.basis is None else torch.cat([self.basis, found], 1))[0]


class Gpm(Sequential):
    """Gradient projection memory (Saha, Garg & Roy 2021): the gradient of each layer without what of it lies within the
    directions in which most of the energy of the layer's inputs in old tasks lies; biases stay.

    As its authors write it the projection is one product with a square matrix made beforehand; `tuned` multiplies by
    the thin ones where that is less work.
    """

    def __init__(self, network, threshold, later_threshold, samples, tuned=False):
        super().__init__(network)
        self.layers = [layer for layer in network if isinstance(layer, torch.nn.Linear)]
        self.thresholds = [threshold] + [later_threshold] * (len(self.layers) - 1)
        self.samples = samples
        self.tuned = tuned
        self.bases = None

    @torch.no_grad()
    def rewrite_gradients(self, images, labels):
        if self.bases is None:
            return
        for layer, basis, square in zip(self.layers, self.bases, self.squares):
            gradient = layer.weight.grad
            if self.tuned and 2 * basis.shape[1] < basis.shape[0]:
                gradient -= (gradient @ basis) @ basis.T
            else:
                gradient -= gradient @ square
            layer.bias.grad.zero_()

    @torch.no_grad()
    def after_task(self, images, labels):
        inputs = [images[torch.randperm(len(labels))[: self.samples]]]
        for layer in self.layers[:-1]:
            inputs.append(F.relu(layer(inputs[-1])))
        old = self.bases or [torch.empty(x.shape[1], 0) for x in inputs]
        self.bases = [more_directions(x.T, *own) for x, *own in zip(inputs, old, self.thresholds)]
        self.squares = [basis @ basis.T for basis in self.bases]


def more_directions(columns, basis, threshold):
    """The basis with as many left singular vectors more as bring its share of the energy to the threshold."""
    energy = columns.square().sum()
    left = columns - basis @ (basis.T @ columns)
    vectors, values, _ = torch.linalg.svd(left, full_matrices=False)
    before = (energy - left.square().sum()) / energy + (values.square() / energy).cumsum(0) - values.square() / energy
    added = int((before < threshold).sum())
    return torch.cat([basis, vectors[:, :added]], 1)[:, : basis.shape[0]]


class Icarl(Sequential):
    """The step of a later task in iCaRL (Rebuffi, Kolesnikov, Sperl & Lampert 2017): binary cross-entropy of sigmoids, whose
    targets are the outputs of the network before the task where a class is old. Exemplars are among the images that
    steps draw from; here they would change nothing but which images those are."""

    def __init__(self, network):
        super().__init__(network)
        self.before = None
        self.old = None

    def loss(self, images, labels):
        logits = self.network(images)
        targets = F.one_hot(labels, logits.shape[1]).float()
        if self.before is not None:
            with torch.no_grad():
                targets[:, self.old] = self.before(images)[:, self.old].sigmoid()
        return F.binary_cross_entropy_with_logits(logits, targets)

    def after_task(self, images, labels):
        self.before = copy.deepcopy(self.network).eval()
        self.old = labels.unique()


class PackNet(Sequential):
    """The step of a later task in PackNet (Mallya & Lazebnik 2018): the gradients of weights that another task owns
    are zeroed as in the authors' code, hidden biases are frozen, and only the task's own outputs compete."""

    def __init__(self, network, owned, units):
        super().__init__(network)
        self.weights = [p for p in self.parameters if p.dim() > 1]
        self.masks = [(torch.rand_like(p) < owned).float() for p in self.weights]
        self.units = units
        for bias in (p for p in self.parameters[:-1] if p.dim() == 1):
            bias.requires_grad_(False)

    def loss(self, images, labels):
        logits = self.network(images)[:, self.units.start : self.units.stop]
        return F.cross_entropy(logits, labels - self.units.start)

    @torch.no_grad()
    def rewrite_gradients(self, images, labels):
        for weight, mask in zip(self.weights, self.masks):
            weight.grad.mul_(mask)


@torch.no_grad()
def exact_fisher(network, images, chunk=250):
    """Diagonal of the Fisher information over all examples and all labels weighted by the softmax, without a loop over
    examples: for a dense layer it is (a²)ᵀ(δ²), with a the layer's input and δ the gradient at its output."""
    dense = [layer for layer in network if isinstance(layer, torch.nn.Linear)]
    sums = [torch.zeros_like(p) for p in network.parameters()]
    for part in images.split(chunk):
        inputs = [part]
        for layer in dense[:-1]:
            inputs.append(F.relu(layer(inputs[-1])))
        probabilities = dense[-1](inputs[-1]).softmax(1)
        squares = [0] * len(dense)
        for label in range(probabilities.shape[1]):
            weight = probabilities[:, label, None]
            delta = probabilities.clone()
            delta[:, label] -= 1
            for i in reversed(range(len(dense))):
                squares[i] = squares[i] + weight * delta**2
                if i > 0:
                    delta = (delta @ dense[i].weight) * (inputs[i] > 0)
        for i, square in enumerate(squares):
            sums[2 * i] += square.T @ inputs[i] ** 2
            sums[2 * i + 1] += square.sum(0)
    return [total / len(images) for total in sums]


def fisher_by_loop(network, images):
    """The same by a backward pass per example and label, as continual-learning libraries compute it. Slow."""
    parameters = list(network.parameters())
    sums = [torch.zeros_like(p) for p in parameters]
    for image in images:
        log_probabilities = network(image[None]).log_softmax(1)[0]
        for log_probability in log_probabilities:
            gradients = torch.autograd.grad(log_probability, parameters, retain_graph=True)
            for total, gradient in zip(sums, gradients):
                total += log_probability.detach().exp() * gradient**2
    return [total / len(images) for total in sums]
