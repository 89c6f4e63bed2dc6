package dev.pollux.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} says: the jar's Implementation-Version, and which Java runs it. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Main.class.getPackage().getImplementationVersion();
        return new String[] {"pollux " + (version == null ? "development" : version)
                + " (Java " + Runtime.version() + ", " + System.getProperty("java.vendor") + ")"};
    }
}
