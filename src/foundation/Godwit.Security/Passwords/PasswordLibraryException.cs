namespace Godwit.Security.Passwords;

/// <summary>A library of the system that hashes passwords cannot be used. The message names the package to install.</summary>
public sealed class PasswordLibraryException(string message, Exception? inner = null) : Exception(message, inner);
