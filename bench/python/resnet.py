"""The reduced ResNet-18 of Lopez-Paz & Ranzato 2017 (20 filters instead of 64), for images of any size."""

from torch import nn


class Block(nn.Module):
    def __init__(self, before, filters, stride, norm):
        super().__init__()
        self.conv1 = nn.Conv2d(before, filters, 3, stride, 1, bias=norm is None)
        self.bn1 = norm(filters) if norm else nn.Identity()
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=norm is None)
        self.bn2 = norm(filters) if norm else nn.Identity()
        self.shortcut = nn.Sequential()
        if stride != 1 or before != filters:
            projection = nn.Conv2d(before, filters, 1, stride, bias=norm is None)
            self.shortcut = nn.Sequential(projection, norm(filters) if norm else nn.Identity())

    def forward(self, x):
        inner = self.bn1(self.conv1(x)).relu()
        return (self.bn2(self.conv2(inner)) + self.shortcut(x)).relu()


class ResNet18(nn.Module):
    def __init__(self, channels=1, outputs=10, filters=20, norm=nn.BatchNorm2d):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, 1, 1, bias=norm is None)
        self.bn1 = norm(filters) if norm else nn.Identity()
        before = filters
        for stage, (times, stride) in enumerate([(1, 1), (2, 2), (4, 2), (8, 2)], 1):
            own = filters * times
            blocks = nn.Sequential(Block(before, own, stride, norm), Block(own, own, 1, norm))
            setattr(self, f"layer{stage}", blocks)
            before = own
        self.linear = nn.Linear(before, outputs)

    def forward(self, x):
        x = self.bn1(self.conv1(x)).relu()
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.linear(x.mean((2, 3)))
