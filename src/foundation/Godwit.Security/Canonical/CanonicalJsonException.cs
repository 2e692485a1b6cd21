namespace Godwit.Security.Canonical;

/// <summary>A JSON text has no canonical form here. The message says why, without the text.</summary>
public sealed class CanonicalJsonException(string message, Exception? inner = null) : Exception(message, inner);
