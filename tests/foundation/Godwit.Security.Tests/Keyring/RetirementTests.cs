using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Persons;
using Godwit.Security.Peppers;

namespace Godwit.Security.Tests.Keyring;

/// <summary>Keys are announced, activated, retired and destroyed while everything that uses keys goes on: nobody may notice, and nothing that was written may be lost.</summary>
public sealed class RetirementTests : IAsyncLifetime
{
    private static readonly KeyPurpose[] s_purposes = [KeyPurpose.Data, KeyPurpose.Index, KeyPurpose.Pepper, KeyPurpose.Person];

    private readonly KeyringBench _bench = new();
    private readonly MemoryPersonKeyStore _store = new();
    private LiveKeyring _keyring = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        foreach (var purpose in s_purposes) await _bench.Administration.CreateAsync(purpose, Cancellation);
        _keyring = await _bench.LoadAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _keyring.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task Values_indexes_hashes_and_persons_keys_are_written_and_read_throughout()
    {
        var data = await _keyring.OpenAsync(KeyPurpose.Data, Cancellation);
        var cipher = new FieldCipher(data, new FieldColumn("t", "c"), _bench.Usage);
        var index = new BlindIndex(await _keyring.OpenAsync(KeyPurpose.Index, Cancellation), "p", IndexNormalization.Exact);
        var pepper = new Pepper(await _keyring.OpenAsync(KeyPurpose.Pepper, Cancellation), "api-key");
        var wrapping = await _keyring.OpenAsync(KeyPurpose.Person, Cancellation);
        var persons = new PersonKeys(_store, wrapping, _bench.Audit, _bench.Clock);
        using var workers = new Workers();
        var (indexKeys, pepperKeys) = (await _keyring.OpenAsync(KeyPurpose.Index, Cancellation), await _keyring.OpenAsync(KeyPurpose.Pepper, Cancellation));
        workers.Start(async () =>
        {
            // From the making of a value to the end of its use: what a transaction is to a database.
            using var write = data.BeginWrite();
            var blob = await cipher.EncryptAsync(new byte[] { 7 }, RowKey.Of("1"), Cancellation);
            Assert.Equal([7], cipher.Decrypt(blob, RowKey.Of("1")));
        });
        workers.Start(() =>
        {
            using var write = indexKeys.BeginWrite();
            var stored = new byte[BlindIndex.Length];
            index.Compute("", "v", stored);
            Assert.Contains(index.Candidates("", "v"), c => c.AsSpan().SequenceEqual(stored));
            return Task.CompletedTask;
        });
        // Without saying that it writes: a lookup has all keys, whatever is retired under it.
        workers.Start(() =>
        {
            Assert.NotEmpty(index.Candidates("", "v"));
            Assert.NotEmpty(pepper.Candidates("key"u8));
            return Task.CompletedTask;
        });
        workers.Start(() =>
        {
            using var write = pepperKeys.BeginWrite();
            var stored = pepper.Hash("key"u8);
            Assert.True(pepper.Verify("key"u8, stored));
            Assert.Contains(stored, pepper.Candidates("key"u8));
            return Task.CompletedTask;
        });
        var person = 0;
        workers.Start(async () =>
        {
            await using var key = await persons.OpenOrCreateAsync($"p{person++ % 50}", Cancellation);
            Assert.Equal(KeyPurpose.PersonData, key.Keys.Purpose);
        });
        workers.Begin();
        for (var round = 0; round < 15; round++)
        {
            await workers.GetOnAsync();
            foreach (var purpose in s_purposes) await RotateAsync(purpose, persons);
        }
        await workers.GetOnAsync();
        await workers.EndAsync();
        Assert.Equal(4 * 15, (await _bench.Store.LoadAsync(Cancellation)).Keys.Count(k => k.State == KeyState.Destroyed));
        // Every person's key is still there, under the wrapping key of now.
        var active = wrapping.Current.Active!.Id;
        Assert.NotEmpty(await _store.WrappedByAsync(active, 100, Cancellation));
        foreach (var record in await _store.WrappedByAsync(active, 100, Cancellation)) (await persons.OpenAsync(record.Person, Cancellation))!.Dispose();
    }

    private async Task RotateAsync(KeyPurpose purpose, PersonKeys persons)
    {
        var former = (await _bench.Store.LoadAsync(Cancellation)).ActiveOf(purpose)!.Id;
        var next = await _bench.Administration.AnnounceAsync(purpose, Cancellation);
        await AcknowledgeAsync();
        await _bench.Administration.ActivateAsync(next.Id, Cancellation);
        await AcknowledgeAsync();
        if (purpose == KeyPurpose.Person)
        {
            // The host has acknowledged that another key wraps: nothing is wrapped under the former one any more.
            await PatientlyAsync(() => persons.DestroyFormerAsync(former, _bench.Administration, Cancellation));
            return;
        }
        await PatientlyAsync(() => _bench.Administration.RetireAsync(former, Cancellation));
        await AcknowledgeAsync();
        await PatientlyAsync(() => _bench.Administration.DestroyAsync(former, Cancellation));
    }

    private async Task AcknowledgeAsync()
    {
        await _keyring.RefreshAsync(Cancellation);
        var target = (await _bench.Store.LoadAsync(Cancellation)).Version;
        while (_keyring.Version < target) await Task.Yield();
        _bench.Hosts["this-host"] = _keyring.Version;
    }

    private async Task PatientlyAsync(Func<Task> work)
    {
        while (true)
        {
            try
            {
                await work();
                return;
            }
            catch (KeyringException e) when (e.MayRetry)
            {
                await AcknowledgeAsync();
            }
        }
    }
}
