namespace Godwit.Security.Keyring;

/// <summary>The keyring refuses, or a key cannot be had. The message names keys by their ids and never holds any of their bytes.</summary>
/// <param name="message">What is wrong, and what to do.</param>
/// <param name="mayRetry">Whether the same call may succeed later with nothing done about it.</param>
public sealed class KeyringException(string message, bool mayRetry = false, Exception? inner = null) : Exception(message, inner)
{
    public bool MayRetry { get; } = mayRetry;
}
