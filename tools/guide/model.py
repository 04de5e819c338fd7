"""The guide's network: a llama of small size (RMS norm, rotary positions, SwiGLU, tied embedding)."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Shape:
    """Rows are multiples of 32 because Q8_0 quantises in blocks of 32."""

    dim = 160
    layers = 4
    heads = 5
    ffn = 448
    context = 512
    rope_base = 10000.0
    eps = 1e-5

    @property
    def head_dim(self):
        return self.dim // self.heads


def rope_tables(shape):
    """cos and sin, [context, head_dim / 2]."""
    freq = shape.rope_base ** (-torch.arange(0, shape.head_dim, 2, dtype=torch.float64) / shape.head_dim)
    angle = torch.arange(shape.context, dtype=torch.float64)[:, None] * freq[None, :]
    return angle.cos().float(), angle.sin().float()


def rotate(x, cos, sin):
    """x: [batch, heads, time, head_dim]; neighbours (2i, 2i+1) turn together, as llama files have it."""
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(-2)


class Norm(nn.Module):
    def __init__(self, dim, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


class Block(nn.Module):
    def __init__(self, s, dropout):
        super().__init__()
        self.s = s
        self.attn_norm, self.ffn_norm = Norm(s.dim, s.eps), Norm(s.dim, s.eps)
        self.attn_q = nn.Linear(s.dim, s.dim, bias=False)
        self.attn_k = nn.Linear(s.dim, s.dim, bias=False)
        self.attn_v = nn.Linear(s.dim, s.dim, bias=False)
        self.attn_output = nn.Linear(s.dim, s.dim, bias=False)
        self.ffn_gate = nn.Linear(s.dim, s.ffn, bias=False)
        self.ffn_up = nn.Linear(s.dim, s.ffn, bias=False)
        self.ffn_down = nn.Linear(s.ffn, s.dim, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, cos, sin, mask, last=None):
        """With `last`, [batch], only the outputs at these positions are computed: [batch, 1, dim]."""
        n, t, _ = x.shape
        h = self.attn_norm(x)
        k, v = (w(h).view(n, t, self.s.heads, -1).transpose(1, 2) for w in (self.attn_k, self.attn_v))
        k = rotate(k, cos, sin)
        if last is not None:
            rows = torch.arange(n)
            x, h = x[rows, last][:, None], h[rows, last][:, None]
            cos, sin, mask = cos[last][:, None, None], sin[last][:, None, None], mask[last][:, None, None]
        q = rotate(self.attn_q(h).view(n, -1, self.s.heads, self.s.head_dim).transpose(1, 2), cos, sin)
        scores = q @ k.transpose(-1, -2) / math.sqrt(self.s.head_dim) + mask
        h = (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)
        x = x + self.attn_output(h)
        h = self.ffn_norm(x)
        return x + self.dropout(self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h)))


class Guide(nn.Module):
    def __init__(self, shape, vocabulary, dropout=0.1):
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(vocabulary, shape.dim)
        self.blk = nn.ModuleList(Block(shape, dropout) for _ in range(shape.layers))
        self.output_norm = Norm(shape.dim, shape.eps)
        self.dropout = nn.Dropout(dropout)
        cos, sin = rope_tables(shape)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.normal_(p, std=0.04)
        for block in self.blk:
            nn.init.normal_(block.attn_output.weight, std=0.04 / math.sqrt(2 * shape.layers))
            nn.init.normal_(block.ffn_down.weight, std=0.04 / math.sqrt(2 * shape.layers))

    def hidden(self, ids, last=None):
        """[batch, time] -> [batch, time, dim], after the last norm; with `last` [batch, 1, dim], the outputs at these
        positions only. Padding stands at the right, where a causal model does not see it."""
        t = ids.shape[1]
        mask = torch.full((t, t), float("-inf")).triu(1)
        x = self.dropout(self.token_embd(ids))
        for block in self.blk[:-1]:
            x = block(x, self.cos[:t], self.sin[:t], mask)
        x = self.blk[-1](x, self.cos[:t], self.sin[:t], mask, last)
        return self.output_norm(x)

    def logits(self, hidden):
        return hidden @ self.token_embd.weight.T
