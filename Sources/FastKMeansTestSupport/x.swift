import FastKMeans
