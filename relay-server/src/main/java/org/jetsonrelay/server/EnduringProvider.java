// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The JDK's channels, but for one thing: a server socket whose `accept` fails because descriptors
/// have run out waits a moment and tries again.
///
/// Helidon ends its listener for good, and with it every open connection, at the first exception
/// that `accept` throws. Descriptors come back when somebody closes something, so that is no end.
/// The provider is the JDK's own way to exchange channels; it is named by a system property, and
/// made once, when the first channel is opened.
public final class EnduringProvider extends SelectorProvider {

  private static final System.Logger LOG = System.getLogger(EnduringProvider.class.getName());
  private static final String PROPERTY = "java.nio.channels.spi.SelectorProvider";
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long COMPLAINT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final SelectorProvider usual = usualProvider();

  /// For the JDK, which finds it by its name.
  public EnduringProvider() {}

  /// Makes the JDK use it, where that is possible: before the first channel, and with `--add-opens
  /// java.base/sun.nio.ch=ALL-UNNAMED`, without which the JDK's own provider cannot be had any more
  /// once there is another.
  static void install() {
    try {
      usualProvider();
    } catch (IllegalStateException notOpen) {
      return; // said at start: see scripts/relay.jvm
    }
    System.setProperty(PROPERTY, EnduringProvider.class.getName());
  }

  private static SelectorProvider usualProvider() {
    try {
      return (SelectorProvider)
          Class.forName("sun.nio.ch.DefaultSelectorProvider").getMethod("get").invoke(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the JDK's channels cannot be had", e);
    }
  }

  @Override
  public ServerSocketChannel openServerSocketChannel() throws IOException {
    return new EnduringServer(this, usual.openServerSocketChannel());
  }

  @Override
  public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
    return new EnduringServer(this, usual.openServerSocketChannel(family));
  }

  @Override
  public DatagramChannel openDatagramChannel() throws IOException {
    return usual.openDatagramChannel();
  }

  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
    return usual.openDatagramChannel(family);
  }

  @Override
  public Pipe openPipe() throws IOException {
    return usual.openPipe();
  }

  @Override
  public AbstractSelector openSelector() throws IOException {
    return usual.openSelector();
  }

  @Override
  public SocketChannel openSocketChannel() throws IOException {
    return usual.openSocketChannel();
  }

  @Override
  public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
    return usual.openSocketChannel(family);
  }

  /// Passes everything on. Only for blocking use: a selector would not know it.
  private static final class EnduringServer extends ServerSocketChannel {

    private final ServerSocketChannel server;

    // Only the accepting thread's.
    private boolean complained;
    private long complainedNanos;

    EnduringServer(SelectorProvider provider, ServerSocketChannel server) {
      super(provider);
      this.server = server;
    }

    @Override
    public SocketChannel accept() throws IOException {
      while (true) {
        try {
          return server.accept();
        } catch (ClosedChannelException over) {
          throw over;
        } catch (IOException e) {
          if (!server.isOpen() || Thread.currentThread().isInterrupted()) {
            throw e;
          }
          complain(e);
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      }
    }

    private void complain(IOException e) {
      long nowNanos = System.nanoTime();
      if (!complained || nowNanos - complainedNanos >= COMPLAINT_NANOS) {
        complained = true;
        complainedNanos = nowNanos;
        LOG.log(
            System.Logger.Level.ERROR,
            "cannot accept connections: {0}; trying again until it works (see ulimit -n)",
            e.getMessage());
      }
    }

    @Override
    public ServerSocketChannel bind(@Nullable SocketAddress local, int backlog) throws IOException {
      server.bind(local, backlog);
      return this;
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
      server.setOption(name, value);
      return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
      return server.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
      return server.supportedOptions();
    }

    @Override
    public ServerSocket socket() {
      return server.socket();
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
      return server.getLocalAddress();
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
      server.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
      server.configureBlocking(block);
    }
  }
}
