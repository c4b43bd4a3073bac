internal import Dispatch
internal import Synchronization

/// What `work` makes of each element, in their order.
func onAllProcessors<Element: Sendable, Result: Sendable>(
  _ elements: [Element], _ work: @Sendable (Element) -> Result
) -> [Result] {
  let results = Mutex([Result?](repeating: nil, count: elements.count))
  DispatchQueue.concurrentPerform(iterations: elements.count) { i in
    let result = work(elements[i])
    results.withLock { $0[i] = result }
  }
  return results.withLock { $0.compactMap { $0 } }
}
