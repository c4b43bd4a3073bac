/// log 2π, in every Gaussian's density.
let log2π = 1.8378770664093454835606594728112353
