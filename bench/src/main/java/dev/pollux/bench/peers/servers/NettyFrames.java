package dev.pollux.bench.peers.servers;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/** Finds whole frames by hand: they leave in the buffer they came in, only what is unfinished is copied. */
final class NettyFrames extends NettyReplies {
    private ByteBuf unfinished; // Null while there is nothing.

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = joined(context, (ByteBuf) message);
        int have = bytes.readableBytes();
        int end = wholeFrames(bytes, have);
        if (end < 0) {
            bytes.release();
            context.close();
        } else if (end == have) {
            super.channelRead(context, bytes);
        } else {
            unfinished = context.alloc().buffer(PeerServer.MAX_FRAME);
            unfinished.writeBytes(bytes, bytes.readerIndex() + end, have - end);
            if (end > 0) {
                super.channelRead(context, bytes.writerIndex(bytes.readerIndex() + end));
            } else {
                bytes.release();
            }
        }
    }

    private ByteBuf joined(ChannelHandlerContext context, ByteBuf bytes) {
        ByteBuf before = unfinished;
        if (before == null) {
            return bytes;
        }
        unfinished = null;
        ByteBuf both = context.alloc().buffer(before.readableBytes() + bytes.readableBytes());
        both.writeBytes(before).writeBytes(bytes);
        before.release();
        bytes.release();
        return both;
    }

    private static int wholeFrames(ByteBuf bytes, int have) {
        int from = bytes.readerIndex();
        int end = 0;
        while (have - end >= PeerServer.PREFIX) {
            long frame = PeerServer.PREFIX + bytes.getUnsignedIntLE(from + end);
            if (frame > PeerServer.MAX_FRAME) {
                return -1;
            }
            if (frame > have - end) {
                break;
            }
            end += (int) frame;
        }
        return end;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (unfinished != null) {
            unfinished.release();
            unfinished = null;
        }
    }
}
