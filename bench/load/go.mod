module surfacefs/bench/load

go 1.19
