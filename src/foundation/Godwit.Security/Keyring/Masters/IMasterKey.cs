namespace Godwit.Security.Keyring.Masters;

/// <summary>
/// The key that wraps the others. What holds it - a file, a variable, a key management service, a hardware module - does the wrapping too, so that its bytes need not be here.
/// </summary>
public interface IMasterKey
{
    /// <summary>Names the key and tells nothing of it. Another key has another name, a new version in a key management service too.</summary>
    string Id { get; }

    /// <summary>Wraps a key, bound to <paramref name="context"/>: the encryption context, or additional authenticated data.</summary>
    ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellation);

    /// <summary>Opens what <see cref="WrapAsync"/> made; the caller zeroes it after use.</summary>
    /// <exception cref="MasterKeyException">It is not what was wrapped, or not under this key and context; or the service does not answer.</exception>
    ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context, CancellationToken cancellation);
}

/// <summary>A master key cannot be had, or does not open what it was given. The message holds nothing of a key.</summary>
/// <param name="message">What is wrong, and what to do.</param>
/// <param name="mayRetry">Whether trying again may succeed: a service that does not answer, never a value that does not open.</param>
public sealed class MasterKeyException(string message, bool mayRetry = false, Exception? inner = null) : Exception(message, inner)
{
    public bool MayRetry { get; } = mayRetry;
}
