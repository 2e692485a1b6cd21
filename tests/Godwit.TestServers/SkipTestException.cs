namespace Godwit.TestServers;

/// <summary>Skips the running test, saying why: xunit takes an exception whose message begins with this token for a skip (xunit.net, "Dynamically skipping tests").</summary>
public sealed class SkipTestException(string reason) : Exception("$XunitDynamicSkip$" + reason);
