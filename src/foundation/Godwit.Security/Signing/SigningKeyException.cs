namespace Godwit.Security.Signing;

/// <summary>A key or its folder cannot be used as it is. The message names the file and what to do; it never holds key material.</summary>
public sealed class SigningKeyException(string message, Exception? inner = null) : Exception(message, inner);
