using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Persons;

namespace Godwit.Http.Keys;

/// <summary>The keys of a host, for its modules: kept up with what administrators change, and loaded before any module is prepared.</summary>
public interface IPlatformKeyring
{
    /// <summary>The counts that all hosts share: what a <see cref="FieldCipher"/> reserves from.</summary>
    IKeyUsage Usage { get; }

    /// <summary>The keys of a purpose that the module said it needs.</summary>
    /// <exception cref="KeyringException">A key cannot be unwrapped.</exception>
    Task<PurposeKeys> OpenAsync(KeyPurpose purpose, CancellationToken cancellation);

    /// <summary>Persons' data keys. Needs <see cref="KeyPurpose.Person"/>.</summary>
    /// <exception cref="KeyringException">A key cannot be unwrapped.</exception>
    Task<PersonKeys> OpenPersonsAsync(CancellationToken cancellation);
}
