/// One kernel call on arrays that an address finds: a view of a buffer in a program, a place in memory in a plan.
package struct Call<Address: Hashable & Sendable>: Hashable, Sendable {
  /// What is computed, with its extents.
  package var kernel: Kernel
  /// What it reads, in the order that the kernel names.
  package var operands: [Address]
  /// What follows a product in the same pass.
  package var epilogue: Epilogue<Address>
  /// What it writes: one array, but for a loop.
  package var results: [Address]

  /// A call of a kernel.
  package init(
    _ kernel: Kernel, _ operands: [Address] = [], _ epilogue: Epilogue<Address> = Epilogue(),
    results: [Address]
  ) {
    (self.kernel, self.operands, self.epilogue) = (kernel, operands, epilogue)
    self.results = results
  }

  /// Everything that it reads.
  package var reads: [Address] { operands + (epilogue.bias.map { [$0] } ?? []) }

  /// Whether shards meet here.
  package var isMeeting: Bool { if case .collective = kernel { true } else { false } }

  /// The same call with its arrays found otherwise.
  package func map<Other>(_ found: (Address) -> Other) -> Call<Other> {
    Call<Other>(
      kernel, operands.map(found),
      Epilogue(bias: epilogue.bias.map(found), slope: epilogue.slope), results: results.map(found))
  }
}

/// What follows a product in the same pass: the bias, then x > 0 ? x : slope · x.
package struct Epilogue<Address: Hashable & Sendable>: Hashable, Sendable {
  /// Added along the last axis.
  package var bias: Address?
  /// The slope for negative results; nil for no activation.
  package var slope: Double?

  /// A bias, an activation, both or none.
  package init(bias: Address? = nil, slope: Double? = nil) {
    (self.bias, self.slope) = (bias, slope)
  }
}
