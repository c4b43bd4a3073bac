internal import Configuration

/// All layers; a new one adds its line here.
let layerChoices: [any Layer.Type] = [
  DenseLayer.self, ConvolutionLayer.self, TransposedConvolutionLayer.self, BatchNormLayer.self,
  DropoutLayer.self, FlattenLayer.self, ReshapeLayer.self, ConditionLayer.self,
  ReLU.self, LeakyReLU.self, ELU.self, GELU.self, SiLU.self, Tanh.self, Sigmoid.self,
  Softplus.self,
]
