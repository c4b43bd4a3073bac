import CKernels

/// A loop of an optimiser and its formula in double.
@safe struct OptimizerCase: Sendable, CustomStringConvertible {
  typealias Loop =
    @convention(c) @Sendable (
      vaedp_rule, Int, UnsafePointer<Float>, UnsafePointer<UnsafeMutablePointer<Float>>, Int
    ) -> Float

  let description: String
  let stateCount: Int
  let loop: Loop
  var rule = OptimizerCase.numbers
  /// The new parameter and states, from the old ones and the gradient.
  let exact: @Sendable ([Double], Double, vaedp_rule) -> [Double]

  static let penalties = [
    vaedp_gradient_rule(scale: 1, l1: 0, l2: 0), vaedp_gradient_rule(scale: 0.125, l1: 0.01, l2: 0),
    vaedp_gradient_rule(scale: 0.5, l1: 0, l2: 0.1),
    vaedp_gradient_rule(scale: 2, l1: 0.3, l2: 0.7),
  ]

  /// Numbers of which each weighs in the result.
  private static let numbers = vaedp_rule(
    gradient: penalties[0], rate: 0.5, ahead: 0.375, keep: 0.75, beta1: 0.875, fresh1: 0.25,
    beta2: 0.625, fresh2: 0.5, root: 1.25, epsilon: 0.0625)

  private static func withoutMomentum() -> vaedp_rule {
    var rule = numbers
    rule.beta1 = 0
    return rule
  }

  static let all: [OptimizerCase] = unsafe [
    OptimizerCase(description: "sgd", stateCount: 0, loop: vaedp_update_sgd) { x, g, r in
      [x[0] - Double(r.rate) * g]
    },
    OptimizerCase(description: "momentum", stateCount: 1, loop: vaedp_update_momentum) { x, g, r in
      let v = Double(r.beta1) * x[1] + g
      return [x[0] - Double(r.rate) * v, v]
    },
    OptimizerCase(description: "nesterov", stateCount: 1, loop: vaedp_update_nesterov) { x, g, r in
      let v = Double(r.beta1) * x[1] + g
      return [x[0] - Double(r.rate) * (g + Double(r.beta1) * v), v]
    },
    OptimizerCase(description: "adam", stateCount: 2, loop: vaedp_update_adam) { x, g, r in
      let (m, v) = moments(x, g, r)
      return [Double(r.keep) * x[0] - Double(r.rate) * m / root(v, r), m, v]
    },
    OptimizerCase(description: "amsgrad", stateCount: 3, loop: vaedp_update_amsgrad) { x, g, r in
      let (m, v) = moments(x, g, r)
      let u = max(x[3], v)
      return [x[0] - Double(r.rate) * m / root(u, r), m, v, u]
    },
    OptimizerCase(description: "adamax", stateCount: 2, loop: vaedp_update_adamax) { x, g, r in
      let m = moments(x, g, r).m
      let u = max(Double(r.beta2) * x[2], abs(g) + Double(r.epsilon))
      return [x[0] - Double(r.rate) * m / u, m, u]
    },
    OptimizerCase(description: "nadam", stateCount: 2, loop: vaedp_update_nadam) { x, g, r in
      let (m, v) = moments(x, g, r)
      return [x[0] - (Double(r.ahead) * g + Double(r.rate) * m) / root(v, r), m, v]
    },
    OptimizerCase(
      description: "rmsprop", stateCount: 1, loop: vaedp_update_rmsprop, rule: withoutMomentum()
    ) { x, g, r in
      let s = square(x[1], g, r)
      return [x[0] - Double(r.rate) * g / (s.squareRoot() + Double(r.epsilon)), s]
    },
    OptimizerCase(
      description: "rmsprop with momentum", stateCount: 2, loop: vaedp_update_rmsprop
    ) { x, g, r in
      let s = square(x[1], g, r)
      let b = Double(r.beta1) * x[2] + g / (s.squareRoot() + Double(r.epsilon))
      return [x[0] - Double(r.rate) * b, s, b]
    },
    OptimizerCase(
      description: "centred rmsprop", stateCount: 2, loop: vaedp_update_rmsprop_centered,
      rule: withoutMomentum()
    ) { x, g, r in
      let (s, a) = (square(x[1], g, r), Double(r.beta2) * x[2] + Double(r.fresh2) * g)
      let d = g / (max(0, s - a * a).squareRoot() + Double(r.epsilon))
      return [x[0] - Double(r.rate) * d, s, a]
    },
    OptimizerCase(
      description: "centred rmsprop with momentum", stateCount: 3,
      loop: vaedp_update_rmsprop_centered
    ) { x, g, r in
      let (s, a) = (square(x[1], g, r), Double(r.beta2) * x[2] + Double(r.fresh2) * g)
      let d = g / (max(0, s - a * a).squareRoot() + Double(r.epsilon))
      let b = Double(r.beta1) * x[3] + d
      return [x[0] - Double(r.rate) * b, s, a, b]
    },
    OptimizerCase(description: "adagrad", stateCount: 1, loop: vaedp_update_adagrad) { x, g, r in
      let s = x[1] + g * g
      return [x[0] - Double(r.rate) * g / (s.squareRoot() + Double(r.epsilon)), s]
    },
    OptimizerCase(description: "lion", stateCount: 1, loop: vaedp_update_lion) { x, g, r in
      let c = Double(r.beta1) * x[1] + Double(r.fresh1) * g
      let sign: Double = c > 0 ? 1 : c < 0 ? -1 : 0
      return [
        Double(r.keep) * x[0] - Double(r.rate) * sign,
        Double(r.beta2) * x[1] + Double(r.fresh2) * g,
      ]
    },
  ]

  private static func moments(
    _ x: [Double], _ g: Double, _ r: vaedp_rule
  ) -> (m: Double, v: Double) {
    (Double(r.beta1) * x[1] + Double(r.fresh1) * g, square(x[2], g, r))
  }

  private static func square(_ old: Double, _ g: Double, _ r: vaedp_rule) -> Double {
    Double(r.beta2) * old + Double(r.fresh2) * g * g
  }

  private static func root(_ square: Double, _ r: vaedp_rule) -> Double {
    square.squareRoot() * Double(r.root) + Double(r.epsilon)
  }
}
