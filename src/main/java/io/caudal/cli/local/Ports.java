package io.caudal.cli.local;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** TCP ports of this machine's loopback address. */
final class Ports {
  private Ports() {}

  /**
   * {@code wanted} if nobody listens there; any free port if it is 0.
   *
   * @param option the option that sets it, for the message
   * @throws CaudalException {@code PORT_IN_USE}
   */
  static int choose(int wanted, String option) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
      return socket.getLocalPort();
    } catch (IOException e) {
      if (wanted == 0) {
        throw new UncheckedIOException(e);
      }
      throw new CaudalException(
          ErrorCode.PORT_IN_USE,
          "port "
              + wanted
              + " on 127.0.0.1 cannot be opened ("
              + e.getMessage()
              + "); choose another with "
              + option,
          e);
    }
  }

  /** Whether somebody listens on the port. */
  static boolean isOpen(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
