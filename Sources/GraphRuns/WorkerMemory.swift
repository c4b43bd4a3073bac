internal import Kernels

/// Memory that workers compute in, as many as come and as much as the largest of their graphs needs.
public final class WorkerMemory {
  private var workspaces: [Workspace] = []

  /// Memory of no worker yet.
  public init() {}

  func workspace(_ worker: Int) -> Workspace {
    while workspaces.count <= worker { workspaces.append(Workspace()) }
    return workspaces[worker]
  }
}
