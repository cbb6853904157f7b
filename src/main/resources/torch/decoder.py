# A Llama-family decoder as TorchScript source. ScriptArchive packs it, libtorch compiles it on load.
#
# Weights lie in `weights` by role, one entry a layer ("embedding", "final_norm" and "head" have one).
# Linear weights are [out, in]; "qkv" holds the rows of q, k and v below each other. On a CPU that
# oneDNN serves they are packed by oneDNN, and only its own linear can read them. What FBGEMM packs lies
# in `fbgemm`: in fp16 all weights, or a second copy of them for few rows; in int8 one for few rows beside
# oneDNN's for many, "..._int8".
#
# KV lies in arenas. An arena holds sequences of one capacity below each other: a layer of it is one
# [2, sequences * kv_heads, capacity, head_dim], so that sequences in adjacent places decode in one
# product that copies nothing. Which sequence lies where is KvArenas' business.
#
# The importer's Python: types on arguments and results, dtypes as numbers (4 int64, 6 fp32, 7 fp64),
# operators outside aten as ops.NAMESPACE.name.
class Decoder(Module):
  __parameters__ = []
  __buffers__ = []
  layers : int
  heads : int
  kv_heads : int
  head_dim : int
  norm_epsilon : float
  dtype : int
  linears : int
  fbgemm_rows : int
  weights : Dict[str, List[Tensor]]
  fbgemm : Dict[str, List[__torch__.torch.classes.quantized.LinearPackedParamsBase]]
  parts : List[Tensor]
  inverse_frequencies : List[float]
  arenas : List[List[Tensor]]
  staging : List[Tensor]

  # --- loading ---

  # `linears`: how linear weights are held: 0 plain, 1 packed by oneDNN, 2 in int8, 3 in fp16. Up to
  # `fbgemm_rows` rows FBGEMM multiplies them.
  def configure(self, layers: int, heads: int, kv_heads: int, head_dim: int, norm_epsilon: float, inverse_frequencies: List[float], dtype: int, linears: int, fbgemm_rows: int) -> None:
    self.layers = layers
    self.heads = heads
    self.kv_heads = kv_heads
    self.head_dim = head_dim
    self.norm_epsilon = norm_epsilon
    self.inverse_frequencies = inverse_frequencies
    self.dtype = dtype
    self.linears = linears
    self.fbgemm_rows = fbgemm_rows
    self.weights = annotate(Dict[str, List[Tensor]], {})
    self.fbgemm = annotate(Dict[str, List[__torch__.torch.classes.quantized.LinearPackedParamsBase]], {})
    self.parts = annotate(List[Tensor], [])
    self.arenas = annotate(List[List[Tensor]], [])
    self.staging = annotate(List[Tensor], [])

  # Rows of the tensor that the next `end_...` makes: `bytes` holds numbers of `dtype`.
  def add_rows(self, dtype: int, shape: List[int], bytes: Tensor) -> None:
    self.parts.append(bytes.view_copy(dtype=dtype).view(shape).to(dtype=self.dtype))

  def whole(self) -> Tensor:
    return self.parts[0] if len(self.parts) == 1 else torch.cat(self.parts)

  def end_tensor(self, role: str) -> None:
    self.put(role, self.whole())

  def end_linear(self, role: str) -> None:
    weight = self.whole()
    self.parts = annotate(List[Tensor], [])
    if self.linears == 2:
      self.quantize(role, weight)
    else:
      if self.fbgemm_rows > 0:
        self.put_packed(role, ops.quantized.linear_prepack_fp16(weight.to(dtype=6), annotate(Optional[Tensor], None)))
      if self.linears == 1:
        weight = self.pack(weight)
      if self.linears != 3:
        self.put(role, weight)

  # Each row of the weight in int8 with a scale of its own.
  def quantize(self, role: str, weight: Tensor) -> None:
    weight = weight.to(dtype=6)
    scales = torch.clamp_min(weight.abs().amax([1]) / 127., 1e-12)
    rows = torch.quantize_per_channel(weight, scales, torch.zeros_like(scales, dtype=4), 0, 12)
    self.put_packed(role, ops.quantized.linear_prepack(rows, annotate(Optional[Tensor], None)))
    self.put(role + "_int8", ops.onednn.qlinear_prepack(rows.int_repr(), None))
    self.put(role + "_scales", scales)
    self.put(role + "_zeros", torch.zeros_like(scales, dtype=3))

  # oneDNN's layout of the weight, if its linear then computes what the plain one does: in fp32 it is
  # silently wrong on some processors where the number of rows is no multiple of 64.
  def pack(self, weight: Tensor) -> Tensor:
    packed = ops.mkldnn._reorder_linear_weight(weight)
    x = torch.sin(torch.arange(2 * weight.size(1))).view([2, -1]).to(dtype=weight.dtype)
    expected = torch.linear(x, weight).to(dtype=6)
    actual = self.packed_linear(x, packed, None).to(dtype=6)
    error = (actual - expected).abs().max()
    if float(error) <= 0.02 * float(expected.abs().max()):
      return packed
    return weight

  def put(self, role: str, tensor: Tensor) -> None:
    self.parts = annotate(List[Tensor], [])
    if role not in self.weights:
      self.weights[role] = annotate(List[Tensor], [])
    self.weights[role].append(tensor)

  def put_packed(self, role: str, weight: __torch__.torch.classes.quantized.LinearPackedParamsBase) -> None:
    if role not in self.fbgemm:
      self.fbgemm[role] = annotate(List[__torch__.torch.classes.quantized.LinearPackedParamsBase], [])
    self.fbgemm[role].append(weight)

  # Fails where FBGEMM is not there.
  def probe_fp16(self) -> Tensor:
    weight = ops.quantized.linear_prepack_fp16(torch.ones([32, 32]), annotate(Optional[Tensor], None))
    return ops.quantized.linear_dynamic_fp16(torch.ones([2, 32]), weight)

  # Fails where oneDNN doesn't serve this dtype on this machine.
  def probe_packed(self, dtype: int) -> Tensor:
    weight = ops.mkldnn._reorder_linear_weight(torch.ones([32, 32], dtype=dtype))
    return self.packed_linear(torch.ones([2, 32], dtype=dtype), weight, None)

  def share(self) -> Dict[str, List[Tensor]]:
    return self.weights

  def share_fbgemm(self) -> Dict[str, List[__torch__.torch.classes.quantized.LinearPackedParamsBase]]:
    return self.fbgemm

  def adopt(self, weights: Dict[str, List[Tensor]], fbgemm: Dict[str, List[__torch__.torch.classes.quantized.LinearPackedParamsBase]]) -> None:
    self.weights = weights
    self.fbgemm = fbgemm

  # --- KV ---

  # Has libraries take what they need for themselves, for the thread that calls, before KV takes the rest.
  # (What nobody gets would not be computed.)
  def warm_up(self) -> Tensor:
    x = torch.ones([1, 8], dtype=self.dtype, device=self.weights["embedding"][0].device)
    return torch.linear(x, x)

  # Makes arena `index` anew, for `places` sequences of `capacity` tokens; none takes no memory.
  def make_arena(self, index: int, capacity: int, places: int) -> None:
    while len(self.arenas) <= index:
      self.arenas.append(annotate(List[Tensor], []))
    arena = annotate(List[Tensor], [])
    if places > 0:
      arena = torch.empty([self.layers, 2, places * self.kv_heads, capacity, self.head_dim], dtype=self.dtype, device=self.weights["embedding"][0].device).unbind()
    self.arenas[index] = arena

  # A sequence's KV is zero where it is not written: attention reads it with no weight, so it must be
  # finite.
  def clear(self, arena: int, place: int) -> None:
    for layer in range(self.layers):
      self.sequence(arena, place, layer, self.arenas[arena][layer].size(2)).zero_()

  # The first `tokens` of a sequence, [2, kv_heads, tokens, head_dim] of one layer.
  def sequence(self, arena: int, place: int, layer: int, tokens: int) -> Tensor:
    row = place * self.kv_heads
    return self.arenas[arena][layer][:, row:row + self.kv_heads, :tokens]

  def move(self, arena: int, place: int, to_arena: int, to_place: int, tokens: int) -> None:
    for layer in range(self.layers):
      self.sequence(to_arena, to_place, layer, tokens).copy_(self.sequence(arena, place, layer, tokens))

  # `bytes`: [blocks, layers, 2, kv_heads, tokens, head_dim]
  def import_kv(self, arena: int, place: int, first: int, tokens: int, bytes: Tensor) -> None:
    data = bytes.view_copy(dtype=self.dtype).to(device=self.arenas[arena][0].device)
    data = data.view([-1, self.layers, 2, self.kv_heads, tokens, self.head_dim])
    blocks = data.size(0)
    data = data.permute([1, 2, 3, 0, 4, 5])
    for layer in range(self.layers):
      written = self.sequence(arena, place, layer, first + blocks * tokens)[:, :, first:]
      written.view([2, self.kv_heads, blocks, tokens, self.head_dim]).copy_(data[layer])

  def export_kv(self, arena: int, place: int, first: int, tokens: int) -> Tensor:
    layers = annotate(List[Tensor], [])
    for layer in range(self.layers):
      layers.append(self.sequence(arena, place, layer, first + tokens)[:, :, first:])
    return torch.stack(layers).view([-1]).view_copy(dtype=0).cpu()

  # --- one step ---

  # One pass over a batch of segments, their tokens one after the other. A segment is either
  # `counts[i]` sequences in adjacent places that decode, or one that prefills; each with `lengths[i]`
  # tokens. Decoding there is one token, or one and guesses. `writes` says for each token in which rows
  # of its arena, seen as
  # [rows, head_dim], its keys and then its values go. Returns fp32 logits of the tokens in `rows`, and
  # a next token of each of those in `likeliest`, `drawn` and `cut`; of each of the latter
  # two `draws` has temperature, top-k, top-p and min-p, and `numbers` the number that chooses.
  def step(self, tokens: List[int], positions: List[int], writes: List[int], arenas: List[int], places: List[int], counts: List[int], lengths: List[int], rows: List[int], likeliest: List[int], drawn: List[int], cut: List[int], draws: List[float], numbers: List[int]) -> List[Tensor]:
    embedding = self.weights["embedding"][0]
    device = embedding.device
    x = torch.embedding(embedding, torch.tensor(tokens, dtype=4, device=device))
    if len(tokens) <= self.fbgemm_rows and self.linears != 2:
      x = x.to(dtype=6)
    at = torch.tensor(positions, dtype=4, device=device)
    written = torch.tensor(writes, dtype=4, device=device)
    cos, sin = self.rotations(at, x.dtype)
    masks = self.masks(at, arenas, counts, lengths)
    for layer in range(self.layers):
      x = x + self.attend(layer, self.normed(x, "attention_norm", layer), cos, sin, written, masks, arenas, places, counts, lengths)
      x = x + self.feed_forward(layer, self.normed(x, "mlp_norm", layer))
    x = x.index_select(0, torch.tensor(rows + likeliest + drawn + cut, dtype=4, device=device))
    logits = self.linear("head", 0, self.normed(x, "final_norm", 0))
    chosen = self.chosen(logits[len(rows):], len(likeliest), len(drawn), draws, numbers)
    return [self.fetched(logits[:len(rows)].to(dtype=6)), chosen.cpu()]

  # A next token of each row: of the first `likeliest` that, of the next `drawn` one of all, of the rest one
  # of some.
  def chosen(self, logits: Tensor, likeliest: int, drawn: int, draws: List[float], numbers: List[int]) -> Tensor:
    tokens = self.largest(logits[:likeliest])
    if len(draws) == 0:
      return tokens
    how = torch.tensor(draws, dtype=7, device=logits.device).view([-1, 4])
    # As integers: a list of floats comes in fp32, and a number that is rounded to 1 would choose the last id.
    chosen_by = torch.tensor(numbers, dtype=4, device=logits.device).to(dtype=7) * 2. ** -53
    how = torch.cat([how, chosen_by.unsqueeze(1)], 1)
    weights = torch.softmax(logits[likeliest:].to(dtype=6) / torch.clamp_min(how[:, 0:1], 1e-30).to(dtype=6), 1)
    tokens = torch.cat([tokens, self.drawn(weights[:drawn], how[:drawn, 4])])
    if weights.size(0) == drawn:
      return tokens
    return torch.cat([tokens, self.drawn_of_some(weights[drawn:], how[drawn:])])

  # In each row the index of the largest number, the lowest of equal ones. On a CPU PyTorch's argmax
  # reads one number after the other, its amax several at once.
  def largest(self, x: Tensor) -> Tensor:
    if x.is_cuda or x.size(1) % 128 != 0 or x.size(0) == 0:
      return torch.argmax(x, 1)
    parts = x.to(dtype=6).view([x.size(0), -1, 128])
    part = torch.argmax(torch.amax(parts, [2]), 1)
    numbers = torch.gather(parts, 1, part.view([-1, 1, 1]).expand([-1, 1, 128])).squeeze(1)
    return part * 128 + torch.argmax(numbers, 1)

  # In each row the index that `numbers`, now in [0, 1), have in the sum of its weights.
  def drawn(self, weights: Tensor, numbers: Tensor) -> Tensor:
    sums = torch.cumsum(weights, 1, dtype=7)
    at = torch.searchsorted(sums, numbers.unsqueeze(1) * sums[:, -1:], right=True)
    return torch.clamp_max(at.squeeze(1), weights.size(1) - 1)

  # Mostly a few hundred hold all that may be drawn, and a row is sorted for the others only: if it wants more
  # of the likeliest, or if equal ones may lie on both sides of the border. Of equal weights the lowest ids
  # come first.
  def drawn_of_some(self, weights: Tensor, how: Tensor) -> Tensor:
    most = min(256, weights.size(1))
    ids, at = torch.sort(torch.topk(weights, most, 1)[1], 1)
    largest, at = torch.sort(torch.gather(weights, 1, ids), stable=True, dim=1, descending=True)
    ids = torch.gather(ids, 1, at)
    kept = self.kept(largest, how, weights)
    tokens = self.drawn_ids(ids, largest * kept, how)
    if most == weights.size(1):
      return tokens
    border = kept.logical_and(largest == largest[:, -1:]).any(1)
    rows = torch.nonzero(border.logical_or(how[:, 1] > most)).squeeze(1)
    if rows.size(0) > 0:
      weights = weights.index_select(0, rows)
      how = how.index_select(0, rows)
      largest, ids = torch.sort(weights, stable=True, dim=1, descending=True)
      tokens.index_copy_(0, rows, self.drawn_ids(ids, largest * self.kept(largest, how, weights), how))
    return tokens

  def drawn_ids(self, ids: Tensor, weights: Tensor, how: Tensor) -> Tensor:
    return torch.gather(ids, 1, self.drawn(weights, how[:, 4]).unsqueeze(1)).squeeze(1)

  # Which of the largest weights, the largest first, top-k, top-p and min-p leave.
  def kept(self, largest: Tensor, how: Tensor, weights: Tensor) -> Tensor:
    top_k = how[:, 1:2]
    numbers = torch.arange(1, largest.size(1) + 1, device=largest.device)
    kept = (numbers <= top_k).logical_or(top_k == 0).logical_and(largest >= how[:, 3:4] * largest[:, 0:1])
    sums = torch.cumsum(largest * kept, 1, dtype=7)
    whole = torch.where(top_k == 0, weights.sum([1], True, dtype=7), sums[:, -1:])
    return kept.logical_and(sums - largest < torch.clamp_min(how[:, 2:3], 1e-30) * whole)

  # On the host. What comes from a GPU goes through pinned memory that the next step uses again: new
  # memory costs a page fault every 4 KiB, and a copy to it a second one inside the driver.
  def fetched(self, logits: Tensor) -> Tensor:
    if not logits.is_cuda:
      return logits
    numbers = logits.numel()
    if len(self.staging) == 0 or self.staging[0].numel() < numbers:
      self.staging = [torch.empty([numbers], dtype=6, pin_memory=True)]
    host = self.staging[0][:numbers].view(logits.size())
    host.copy_(logits)
    return host

  # Cosines and signed sines of all heads, [tokens, heads, head_dim]: rotating is x * cos + roll(x) *
  # sin. Queries are scaled by the way, values stay as they are.
  def rotations(self, positions: Tensor, dtype: int) -> Tuple[Tensor, Tensor]:
    frequencies = torch.tensor(self.inverse_frequencies, dtype=7, device=positions.device)
    angles = torch.outer(positions.to(dtype=7), frequencies)
    cos = torch.cos(angles)
    sin = torch.sin(angles)
    cos = torch.cat([cos, cos], 1).unsqueeze(1)
    sin = torch.cat([-sin, sin], 1).unsqueeze(1)
    scale = self.head_dim ** -0.5
    cosines = torch.cat([(cos * scale).expand([-1, self.heads, -1]), cos.expand([-1, self.kv_heads, -1]), torch.ones_like(cos).expand([-1, self.kv_heads, -1])], 1)
    sines = torch.cat([(sin * scale).expand([-1, self.heads, -1]), sin.expand([-1, self.kv_heads, -1]), torch.zeros_like(sin).expand([-1, self.kv_heads, -1])], 1)
    return cosines.to(dtype=dtype), sines.to(dtype=dtype)

  # Whether a segment takes little enough to be computed as those that decode are.
  def decodes(self, count: int, length: int) -> bool:
    return count > 1 or length <= 8

  # Per segment: what is added to its scores; what lies past a token has no weight. Decoding,
  # [sequences * kv_heads, length * group, capacity]; prefilling, [length, past + length].
  def masks(self, positions: Tensor, arenas: List[int], counts: List[int], lengths: List[int]) -> List[Tensor]:
    masks = annotate(List[Tensor], [])
    start = 0
    for i in range(len(arenas)):
      end = start + counts[i] * lengths[i]
      if self.decodes(counts[i], lengths[i]):
        capacity = self.arenas[arenas[i]][0].size(2)
        beyond = torch.arange(capacity, device=positions.device) > positions[start:end].unsqueeze(1)
        mask = torch.zeros([counts[i] * lengths[i], capacity], dtype=self.dtype, device=positions.device).masked_fill(beyond, -inf)
        mask = mask.view([counts[i], lengths[i], capacity]).repeat_interleave(self.kv_heads, 0)
        if lengths[i] > 1:
          mask = mask.repeat_interleave(self.heads // self.kv_heads, 1)
        masks.append(mask)
      else:
        total = int(positions[end - 1]) + 1
        hidden = torch.full([lengths[i], total], -inf, dtype=self.dtype, device=positions.device)
        masks.append(torch.triu(hidden, total - lengths[i] + 1))
      start = end
    return masks

  def normed(self, x: Tensor, role: str, layer: int) -> Tensor:
    return torch.rms_norm(x, [x.size(-1)], self.weights[role][layer], self.norm_epsilon)

  def linear(self, role: str, layer: int, x: Tensor) -> Tensor:
    bias = annotate(Optional[Tensor], None)
    if role + "_bias" in self.weights:
      bias = self.weights[role + "_bias"][layer]
    if role in self.fbgemm:
      fbgemm = x.size(0) <= self.fbgemm_rows
      if fbgemm or self.linears == 2:
        y = self.fbgemm_linear(self.fbgemm[role][layer], x) if fbgemm else self.int8_linear(role, layer, x)
        return y if bias is None else y + bias
    weight = self.weights[role][layer]
    if weight.is_mkldnn:
      return self.packed_linear(x, weight, bias)
    return torch.linear(x, weight, bias)

  # FBGEMM reads each weight once, as fast as one core can; in fp32, or in 8 bits as below.
  def fbgemm_linear(self, weight: __torch__.torch.classes.quantized.LinearPackedParamsBase, x: Tensor) -> Tensor:
    rows = x.to(dtype=6)
    if self.linears == 2:
      return ops.quantized.linear_dynamic(rows, weight, False).to(dtype=x.dtype)
    return ops.quantized.linear_dynamic_fp16(rows, weight).to(dtype=x.dtype)

  # oneDNN is the one that computes. Activations are in 8 bits, with one scale and zero point for all of them.
  def int8_linear(self, role: str, layer: int, x: Tensor) -> Tensor:
    low, high = torch.aminmax(x)
    low = torch.clamp_max(low.to(dtype=6), 0)
    scale = torch.clamp_min((torch.clamp_min(high.to(dtype=6), 0) - low) / 255., 1e-12)
    zero = torch.round(-low / scale)
    rows = torch.clamp(torch.round(x / scale + zero), 0, 255).to(dtype=0)
    return ops.onednn.qlinear_pointwise(rows, scale, zero.to(dtype=3), self.weights[role + "_int8"][layer], self.weights[role + "_scales"][layer], self.weights[role + "_zeros"][layer], annotate(Optional[Tensor], None), 1., 0, self.dtype, "none", annotate(List[Optional[number]], []), "")

  def packed_linear(self, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    return ops.mkldnn._linear_pointwise(x, weight, bias, "none", annotate(List[Optional[number]], []), "")

  def attend(self, layer: int, x: Tensor, cos: Tensor, sin: Tensor, written: Tensor, masks: List[Tensor], arenas: List[int], places: List[int], counts: List[int], lengths: List[int]) -> Tensor:
    qkv = self.linear("qkv", layer, x).view([x.size(0), self.heads + 2 * self.kv_heads, self.head_dim])
    if "q_norm" in self.weights:
      keys_end = self.heads + self.kv_heads
      qkv = torch.cat([self.normed(qkv[:, :self.heads], "q_norm", layer), self.normed(qkv[:, self.heads:keys_end], "k_norm", layer), qkv[:, keys_end:]], 1)
    qkv = qkv * cos + qkv.roll([self.head_dim // 2], [2]) * sin
    qkv = qkv.to(dtype=self.dtype)
    per_token = 2 * self.kv_heads
    entries = qkv[:, self.heads:].reshape([-1, self.head_dim])
    outputs = annotate(List[Tensor], [])
    start = 0
    for i in range(len(arenas)):
      end = start + counts[i] * lengths[i]
      arena = self.arenas[arenas[i]][layer]
      arena.view([-1, self.head_dim]).index_copy_(0, written[start * per_token:end * per_token], entries[start * per_token:end * per_token])
      q = qkv[start:end, :self.heads]
      row = places[i] * self.kv_heads
      kv = arena[:, row:row + counts[i] * self.kv_heads]
      if self.decodes(counts[i], lengths[i]):
        outputs.append(self.multiplied(q, kv, masks[i], lengths[i]))
      else:
        outputs.append(self.prefill(q, kv[:, :, :masks[i].size(1)], masks[i]))
      start = end
    return self.linear("out", layer, torch.cat(outputs).to(dtype=x.dtype))

  # A few tokens of each sequence. A group's query heads, of all of a sequence's tokens, are the rows of
  # one product with the group's keys; all of the capacity is multiplied, for a product with a part of
  # it would copy that.
  def multiplied(self, q: Tensor, kv: Tensor, mask: Tensor, length: int) -> Tensor:
    keys, values = kv.unbind()
    group = self.heads // self.kv_heads
    split = [-1, length, self.kv_heads, group, self.head_dim]
    rows = q.reshape(split).transpose(1, 2).reshape([keys.size(0), length * group, self.head_dim])
    scores = torch.bmm(rows, keys.transpose(1, 2)) + mask
    attended = torch.bmm(torch.softmax(scores, -1), values)
    return attended.view([-1, self.kv_heads, length, group, self.head_dim]).transpose(1, 2).reshape([q.size(0), -1])

  # Many tokens of one sequence, on a CPU part by part: what comes after a part needs no product with it.
  # In bf16 products are faster than PyTorch's fused kernel, in fp32 that is; with much before these
  # tokens parts would only read that again. Scores of a part should stay in the processor's cache.
  def prefill(self, q: Tensor, kv: Tensor, mask: Tensor) -> Tensor:
    length = q.size(0)
    past = mask.size(1) - length
    bf16 = q.dtype == 15
    if q.is_cuda or (past > 4 * length and not bf16):
      return self.fused(q, kv, mask)
    part = 128 if mask.size(1) <= 4096 else 64
    outputs = annotate(List[Tensor], [])
    start = 0
    while start < length:
      end = min(length, start + part)
      seen = kv[:, :, :past + end]
      hidden = mask[start:end, :past + end]
      if bf16:
        hidden = hidden.repeat_interleave(self.heads // self.kv_heads, 0)
        outputs.append(self.multiplied(q[start:end], seen, hidden, end - start))
      else:
        outputs.append(self.fused(q[start:end], seen, hidden))
      start = end
    return torch.cat(outputs)

  # Groups take the place of batches, so that their keys are shared without a copy. Not that of heads:
  # where those share keys, CUDA's kernel takes a last block of one query for the only query there is.
  def fused(self, q: Tensor, kv: Tensor, mask: Tensor) -> Tensor:
    keys, values = kv.unbind()
    group = self.heads // self.kv_heads
    grouped = q.reshape([q.size(0), self.kv_heads, group, self.head_dim]).permute([2, 1, 0, 3])
    shape = [group, self.kv_heads, keys.size(1), self.head_dim]
    attended = torch.scaled_dot_product_attention(grouped, keys.expand(shape), values.expand(shape), mask, scale=1.)
    return attended.permute([2, 1, 0, 3]).reshape([q.size(0), -1])

  def feed_forward(self, layer: int, x: Tensor) -> Tensor:
    gate, up = torch.chunk(self.linear("gate_up", layer, x), 2, 1)
    return self.linear("down", layer, torch.silu(gate) * up)
