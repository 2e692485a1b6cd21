using Godwit.Conformance.Keyring;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Persons;

namespace Godwit.Security.Tests.Keyring;

public sealed class MemoryKeyStoreTests : KeyStoreConformance
{
    private readonly MemoryKeyStore _store = new();

    protected override Task<IKeyStore> OpenAsync() => Task.FromResult<IKeyStore>(_store);

    protected override Task<IReadOnlyList<KeyChange>> ChangesAsync() => Task.FromResult(_store.Changes);
}

public sealed class MemoryKeyUsageTests : KeyUsageConformance
{
    private readonly MemoryKeyUsage _usage = new();

    protected override Task<IKeyUsage> OpenAsync() => Task.FromResult<IKeyUsage>(_usage);
}

public sealed class MemoryKeyAuditTests : KeyAuditConformance
{
    private readonly MemoryKeyAudit _audit = new();

    protected override Task<IKeyAudit> OpenAsync() => Task.FromResult<IKeyAudit>(_audit);

    protected override Task<IReadOnlyList<KeyUnwrapped>> UnwrappedAsync() => Task.FromResult(_audit.Unwrapped);

    protected override Task<IReadOnlyList<KeyUse>> UsesAsync() => Task.FromResult(_audit.Uses);
}

public sealed class MemoryPersonKeyStoreTests : PersonKeyStoreConformance
{
    private readonly MemoryPersonKeyStore _store = new();

    protected override Task<IPersonKeyStore> OpenAsync() => Task.FromResult<IPersonKeyStore>(_store);
}
