package dev.pollux.bench.peers.servers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;

/**
 * Netty on one event loop. {@code nio}, {@code epoll} and {@code io_uring} look for frames by hand, which is
 * the cheapest that Netty can do; {@code epoll-decoder} uses its LengthFieldBasedFrameDecoder, as most
 * programs do.
 */
final class NettyEcho {
    private NettyEcho() {
    }

    static void serve(String transport, int port) throws InterruptedException {
        Channel listener = switch (transport) {
            case "nio" -> bind(NioIoHandler.newFactory(), NioServerSocketChannel.class, false, port);
            case "epoll" -> bind(EpollIoHandler.newFactory(), EpollServerSocketChannel.class, false, port);
            case "epoll-decoder" ->
                    bind(EpollIoHandler.newFactory(), EpollServerSocketChannel.class, true, port);
            case "io_uring" ->
                    bind(IoUringIoHandler.newFactory(), IoUringServerSocketChannel.class, false, port);
            default -> throw new IllegalArgumentException("Netty has no transport " + transport);
        };
        PeerServer.listening(((InetSocketAddress) listener.localAddress()).getPort());
        listener.closeFuture().sync();
    }

    private static Channel bind(IoHandlerFactory io, Class<? extends ServerChannel> type, boolean decoder,
            int port) throws InterruptedException {
        return new ServerBootstrap()
                .group(new MultiThreadIoEventLoopGroup(1, io))
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, PeerServer.BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new Pipeline(decoder))
                .bind(InetAddress.getLoopbackAddress(), port).sync().channel();
    }

    private static final class Pipeline extends ChannelInitializer<Channel> {
        private final boolean decoder;

        Pipeline(boolean decoder) {
            this.decoder = decoder;
        }

        @Override
        protected void initChannel(Channel channel) {
            if (decoder) {
                channel.pipeline().addLast(new LengthFieldBasedFrameDecoder(ByteOrder.LITTLE_ENDIAN,
                        PeerServer.MAX_FRAME, 0, PeerServer.PREFIX, 0, 0, true));
            }
            ChannelHandler echo = decoder ? new NettyReplies() : new NettyFrames();
            channel.pipeline().addLast(echo);
        }
    }
}
