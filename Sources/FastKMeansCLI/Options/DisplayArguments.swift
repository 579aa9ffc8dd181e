import ArgumentParser
import FastKMeansCore
import FastKMeansFormats

/// How results and progress are shown.
struct DisplayArguments: ParsableArguments {
  @Flag(help: "Print JSON instead of text.")
  var json = false

  @Flag(name: [.short, .long], help: "Show no progress.")
  var quiet = false
}
