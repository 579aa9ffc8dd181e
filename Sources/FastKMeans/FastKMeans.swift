// `import FastKMeans` is enough for most programs: it brings the classifier, text and files.
@_exported import FastKMeansCore
@_exported import FastKMeansFormats
@_exported import FastKMeansReference
@_exported import FastKMeansText
