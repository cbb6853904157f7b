# A Llama-family decoder as TorchScript source. ScriptArchive packs it, libtorch compiles it on load.
#
# Weights lie in `weights` by role, one entry a layer ("embedding", "final_norm" and "head" have one).
# Linear weights are [out, in]; "qkv" holds the rows of q, k and v below each other. On a CPU that
# oneDNN serves they are packed by oneDNN, and only its own linear can read them.
#
# A slot is one sequence's KV: `kv[slot]` has a contiguous [2, kv_heads, capacity, head_dim] a layer.
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
  packed : bool
  weights : Dict[str, List[Tensor]]
  parts : List[Tensor]
  inverse_frequencies : List[float]
  kv : List[List[Tensor]]

  # --- loading ---

  # `packed`: whether oneDNN may pack linear weights.
  def configure(self, layers: int, heads: int, kv_heads: int, head_dim: int, norm_epsilon: float, inverse_frequencies: List[float], dtype: int, packed: bool) -> None:
    self.layers = layers
    self.heads = heads
    self.kv_heads = kv_heads
    self.head_dim = head_dim
    self.norm_epsilon = norm_epsilon
    self.inverse_frequencies = inverse_frequencies
    self.dtype = dtype
    self.packed = packed
    self.weights = annotate(Dict[str, List[Tensor]], {})
    self.parts = annotate(List[Tensor], [])
    self.kv = annotate(List[List[Tensor]], [])

  # Rows of the tensor that the next `end_...` makes: `bytes` holds numbers of `dtype`.
  def add_rows(self, dtype: int, shape: List[int], bytes: Tensor) -> None:
    self.parts.append(bytes.view_copy(dtype=dtype).view(shape).to(dtype=self.dtype))

  def end_tensor(self, role: str) -> None:
    self.put(role, torch.cat(self.parts))

  def end_linear(self, role: str) -> None:
    weight = torch.cat(self.parts)
    if self.packed:
      weight = self.pack(weight)
    self.put(role, weight)

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

  # Fails where oneDNN doesn't serve this dtype on this machine.
  def probe_packed(self, dtype: int) -> Tensor:
    weight = ops.mkldnn._reorder_linear_weight(torch.ones([32, 32], dtype=dtype))
    return self.packed_linear(torch.ones([2, 32], dtype=dtype), weight, None)

  def share(self) -> Dict[str, List[Tensor]]:
    return self.weights

  def adopt(self, weights: Dict[str, List[Tensor]]) -> None:
    self.weights = weights

  # --- slots ---

  def open_slots(self, slots: int) -> None:
    for i in range(slots):
      self.kv.append(annotate(List[Tensor], []))

  def release(self, slot: int) -> None:
    self.kv[slot] = annotate(List[Tensor], [])

  # Makes the slot hold `tokens` positions or some more, so that growing is rare and attention meets
  # few different shapes. New memory is zero: attention reads it with no weight, so it must be finite.
  def grow(self, slot: int, tokens: int) -> None:
    held = 0
    if len(self.kv[slot]) > 0:
      held = self.kv[slot][0].size(2)
    if tokens > held:
      step = max(64, tokens // 8 // 64 * 64)
      capacity = (tokens + step - 1) // step * step
      grown = torch.zeros([self.layers, 2, self.kv_heads, capacity, self.head_dim], dtype=self.dtype, device=self.weights["embedding"][0].device).unbind()
      if held > 0:
        for layer in range(self.layers):
          grown[layer][:, :, :held].copy_(self.kv[slot][layer])
      self.kv[slot] = grown

  # `bytes`: [layers, 2, kv_heads, tokens, head_dim]
  def import_kv(self, slot: int, first: int, tokens: int, bytes: Tensor) -> None:
    self.grow(slot, first + tokens)
    data = bytes.view_copy(dtype=self.dtype).view([self.layers, 2, self.kv_heads, tokens, self.head_dim])
    for layer in range(self.layers):
      self.kv[slot][layer][:, :, first:first + tokens].copy_(data[layer])

  def export_kv(self, slot: int, first: int, tokens: int) -> Tensor:
    data = torch.stack([layer[:, :, first:first + tokens] for layer in self.kv[slot]])
    return data.view([-1]).view_copy(dtype=0).cpu()

  # --- one step ---

  # One pass over a batch of chunks, their tokens one after the other. A chunk is the `lengths[i]`
  # tokens that follow the `pasts[i]` ones in `slots[i]`. Returns fp32 logits of the tokens in `rows`.
  def step(self, tokens: List[int], positions: List[int], slots: List[int], pasts: List[int], lengths: List[int], rows: List[int]) -> Tensor:
    for i in range(len(slots)):
      self.grow(slots[i], pasts[i] + lengths[i])
    embedding = self.weights["embedding"][0]
    device = embedding.device
    x = torch.embedding(embedding, torch.tensor(tokens, dtype=4, device=device))
    cos, sin = self.rotations(torch.tensor(positions, dtype=7, device=device))
    masks = self.masks(pasts, lengths, device)
    for layer in range(self.layers):
      x = x + self.attend(layer, self.normed(x, "attention_norm", layer), cos, sin, masks, slots, pasts, lengths)
      x = x + self.feed_forward(layer, self.normed(x, "mlp_norm", layer))
    x = x.index_select(0, torch.tensor(rows, dtype=4, device=device))
    return self.linear("head", 0, self.normed(x, "final_norm", 0)).to(dtype=6)

  # Cosines and signed sines, [tokens, 1, head_dim]: rotating is x * cos + roll(x) * sin.
  def rotations(self, positions: Tensor) -> Tuple[Tensor, Tensor]:
    frequencies = torch.tensor(self.inverse_frequencies, dtype=7, device=positions.device)
    angles = torch.outer(positions, frequencies)
    cos = torch.cos(angles)
    sin = torch.sin(angles)
    cos2 = torch.cat([cos, cos], 1).unsqueeze(1).to(dtype=self.dtype)
    sin2 = torch.cat([-sin, sin], 1).unsqueeze(1).to(dtype=self.dtype)
    return cos2, sin2

  # Per chunk: what is added to its scores, [length, past + length]; a single token needs none.
  def masks(self, pasts: List[int], lengths: List[int], device: Device) -> List[Tensor]:
    masks = annotate(List[Tensor], [])
    for i in range(len(lengths)):
      if lengths[i] == 1:
        masks.append(torch.empty([0], dtype=self.dtype, device=device))
      else:
        hidden = torch.full([lengths[i], pasts[i] + lengths[i]], -inf, dtype=self.dtype, device=device)
        masks.append(torch.triu(hidden, pasts[i] + 1))
    return masks

  def normed(self, x: Tensor, role: str, layer: int) -> Tensor:
    return torch.rms_norm(x, [x.size(-1)], self.weights[role][layer], self.norm_epsilon)

  def linear(self, role: str, layer: int, x: Tensor) -> Tensor:
    weight = self.weights[role][layer]
    bias = annotate(Optional[Tensor], None)
    if role + "_bias" in self.weights:
      bias = self.weights[role + "_bias"][layer]
    if weight.is_mkldnn:
      return self.packed_linear(x, weight, bias)
    return torch.linear(x, weight, bias)

  def packed_linear(self, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    return ops.mkldnn._linear_pointwise(x, weight, bias, "none", annotate(List[Optional[number]], []), "")

  def attend(self, layer: int, x: Tensor, cos: Tensor, sin: Tensor, masks: List[Tensor], slots: List[int], pasts: List[int], lengths: List[int]) -> Tensor:
    qkv = self.linear("qkv", layer, x).view([x.size(0), self.heads + 2 * self.kv_heads, self.head_dim])
    q = qkv[:, :self.heads]
    k = qkv[:, self.heads:self.heads + self.kv_heads]
    v = qkv[:, self.heads + self.kv_heads:]
    if "q_norm" in self.weights:
      q = self.normed(q, "q_norm", layer)
      k = self.normed(k, "k_norm", layer)
    qk = torch.cat([q, k], 1)
    qk = qk * cos + qk.roll([self.head_dim // 2], [2]) * sin
    q = qk[:, :self.heads]
    k = qk[:, self.heads:]
    outputs = annotate(List[Tensor], [])
    row = 0
    for i in range(len(slots)):
      end = row + lengths[i]
      total = pasts[i] + lengths[i]
      kv = self.kv[slots[i]][layer]
      kv[0, :, pasts[i]:total].copy_(k[row:end].transpose(0, 1))
      kv[1, :, pasts[i]:total].copy_(v[row:end].transpose(0, 1))
      if lengths[i] == 1:
        outputs.append(self.attend_one(q[row:end], kv, total))
      else:
        outputs.append(self.attend_many(q[row:end], kv[0, :, :total], kv[1, :, :total], masks[i]))
      row = end
    return self.linear("out", layer, torch.cat(outputs))

  # The query heads of a group are the rows of one product with the group's keys. All of the slot is
  # multiplied, the part past `total` with no weight: a product with a part of it would copy that.
  def attend_one(self, q: Tensor, kv: Tensor, total: int) -> Tensor:
    keys, values = kv.unbind()
    grouped = q.reshape([self.kv_heads, self.heads // self.kv_heads, self.head_dim])
    scores = torch.bmm(grouped * self.head_dim ** -0.5, keys.transpose(1, 2))
    scores[:, :, total:].fill_(-inf)
    return torch.bmm(torch.softmax(scores, -1), values).view([1, -1])

  # Groups take the place of batches, so that a group's keys are shared without a copy.
  def attend_many(self, q: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
    group = self.heads // self.kv_heads
    grouped = q.view([q.size(0), self.kv_heads, group, self.head_dim]).permute([1, 2, 0, 3])
    shape = [self.kv_heads, group, keys.size(1), self.head_dim]
    attended = torch.scaled_dot_product_attention(grouped, keys.unsqueeze(1).expand(shape), values.unsqueeze(1).expand(shape), mask)
    return attended.permute([2, 0, 1, 3]).reshape([q.size(0), -1])

  def feed_forward(self, layer: int, x: Tensor) -> Tensor:
    gate, up = torch.chunk(self.linear("gate_up", layer, x), 2, 1)
    return self.linear("down", layer, torch.silu(gate) * up)
