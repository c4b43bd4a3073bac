// The whole library under one name: `import VAEDP`.
@_exported public import Checkpoints
@_exported public import Configuration
@_exported public import Containment
@_exported public import DataParallel
@_exported public import Datasets
@_exported public import Evaluation
@_exported public import Export
@_exported public import Files
@_exported public import GraphIR
@_exported public import HDF5
@_exported public import Host
@_exported public import Models
@_exported public import Optimizers
@_exported public import Reports
@_exported public import Runs
@_exported public import Training
@_exported public import Verification
