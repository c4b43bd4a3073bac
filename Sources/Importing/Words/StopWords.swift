/// Words that say little of what a text is about. (A table.)
enum StopWords {
  /// Articles, pronouns, prepositions, conjunctions, auxiliary verbs, and what an apostrophe leaves of them, as
  /// `Tokenizer.Rule.words` cuts: `don` and `t`.
  static let english = Set(
    """
    a an the this that these those such same other another each every either neither both all any some no none
    i me my mine myself we us our ours ourselves you your yours yourself yourselves
    he him his himself she her hers herself it its itself they them their theirs themselves
    one ones who whom whose which what whatever someone something anyone anything everyone everything nobody nothing
    about above across after against along among around at before behind below beneath beside besides between beyond
    by down during except for from in inside into of off on onto out outside over past per since through throughout
    till to toward towards under until up upon via with within without
    and but or nor so yet if because although though unless while whereas whether as than then
    when where why how there here thus hence therefore however
    am is are was were be been being have has had having do does did doing done
    will would shall should can could may might must ought cannot
    not only own too very just also even still again ever never once more most much many few less least
    don doesn didn isn aren wasn weren won wouldn shouldn couldn haven hasn hadn ain mustn needn
    s t d ll m re ve
    """.split { $0 == " " || $0 == "\n" }.map(String.init))
}
