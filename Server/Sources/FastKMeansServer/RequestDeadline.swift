import FastKMeansServing
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Ends a connection whose request does not come to its end in time (408), and one that does not speak HTTP (400, 431).
final class RequestDeadline: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let limit: TimeAmount
  private var timer: Scheduled<Void>?
  private var isReading = false
  private var hasReplied = false

  init(limit: TimeAmount) { self.limit = limit }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head: (isReading, hasReplied) = (true, false)
    case .body: break
    case .end:
      isReading = false
      timer?.cancel()
      timer = nil
    }
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    // A request that comes in one piece needs no timer.
    if isReading, timer == nil {
      timer = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { [self] in
        end(context, ServingError(408, "too_slow", "the request did not come to its end in time"))
      }
    }
    context.fireChannelReadComplete()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .head = unwrapOutboundIn(data) { hasReplied = true }
    context.write(data, promise: promise)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
    end(
      context,
      error == .headerOverflow
        ? ServingError(431, "headers_too_large", "the request's headers are too large")
        : ServingError(400, "bad_request", "the request is no HTTP that is taken here"))
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    context.fireChannelInactive()
  }

  private func end(_ context: ChannelHandlerContext, _ error: ServingError) {
    if !hasReplied {
      let reply = error.reply
      let head = HTTPResponse(
        status: .init(code: reply.status),
        headerFields: [
          .contentType: reply.contentType, .contentLength: "\(reply.body.count)", .connection: "close",
        ])
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.write(wrapOutboundOut(.body(ByteBuffer(bytes: reply.body))), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
    context.close(promise: nil)
  }
}
