using System.Text;
using Godwit.Engine.Backfill;
using Godwit.Engine.Transforms;
using Godwit.Engine.Transforms.Keyed;
using Godwit.Model.Findings;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Peppers;
using Godwit.TestServers;
using static Godwit.Engine.Tests.Transforms.Transforming;

namespace Godwit.Engine.Tests.Transforms.Keyed;

/// <summary>What keyed transforms make of values, and what they say of stored ones.</summary>
public sealed class KeyedTransformTests : IAsyncLifetime
{
    private const string Email = "Ada@Example.com";

    private TestKeyring _keyring = null!;

    public async ValueTask InitializeAsync() => _keyring = await TestKeyring.MakeAsync();

    public ValueTask DisposeAsync() => _keyring.DisposeAsync();

    [Fact]
    public async Task An_encrypted_value_opens_for_its_row_and_column_and_nowhere_else()
    {
        var encrypt = await OpenAsync("encrypt: {from: email, row: [id]}", "email_encrypted");
        var blob = await ComputeAsync(encrypt, Email, "7");
        var cipher = await _keyring.CipherAsync("public.users", "email_encrypted");
        Assert.Equal(Email, Encoding.UTF8.GetString(cipher.Decrypt(blob.Bytes, RowKey.Of("7"))));
        Assert.Throws<FieldUnreadableException>(() => cipher.Decrypt(blob.Bytes, RowKey.Of("8")));
        Assert.NotEqual(blob, await ComputeAsync(encrypt, Email, "7"));
    }

    [Fact]
    public async Task What_is_stored_is_right_only_for_this_value_in_this_row()
    {
        var encrypt = await OpenAsync("encrypt: {from: email, row: [id]}", "email_encrypted");
        var blob = await ComputeAsync(encrypt, Email, "7");
        var edited = CellValue.Of([.. blob.Bytes![..^1], (byte)(blob.Bytes[^1] ^ 1)]);
        Assert.Equal(StoredState.Right, Judge(encrypt, blob, Email, "7"));
        Assert.Equal(StoredState.Wrong, Judge(encrypt, blob, "Ada@example.com", "7"));
        Assert.Equal(StoredState.Wrong, Judge(encrypt, blob, Email, "8"));
        Assert.Equal(StoredState.Wrong, Judge(encrypt, edited, Email, "7"));
        Assert.Equal(StoredState.Wrong, Judge(encrypt, CellValue.Of("text"u8.ToArray()), Email, "7"));
        Assert.Equal(StoredState.Missing, Judge(encrypt, CellValue.Null, Email, "7"));
        Assert.Equal(StoredState.Right, Judge(encrypt, CellValue.Null, null, "7"));
        Assert.Equal(StoredState.Wrong, Judge(encrypt, blob, null, "7"));
    }

    [Fact]
    public async Task After_a_rotation_what_was_written_before_is_right_and_old()
    {
        var encrypt = await OpenAsync("encrypt: {from: email, row: [id]}", "email_encrypted");
        var blob = await ComputeAsync(encrypt, Email, "7");
        var former = await _keyring.RotateAsync(KeyPurpose.Data);
        await _keyring.Run.RefreshAsync(now: true, TestContext.Current.CancellationToken);
        Assert.Equal(StoredState.Former, Judge(encrypt, blob, Email, "7"));
        var anew = await ComputeAsync(encrypt, Email, "7");
        Assert.Equal(StoredState.Right, Judge(encrypt, anew, Email, "7"));
        Assert.NotEqual(former, FieldBlob.KeyIdOf(anew.Bytes));
    }

    [Fact]
    public async Task Nobody_judges_what_a_newer_key_wrote_before_the_keyring_is_loaded_again()
    {
        var encrypt = await OpenAsync("encrypt: {from: email, row: [id]}", "email_encrypted");
        await _keyring.RotateAsync(KeyPurpose.Data);
        var application = await _keyring.CipherAsync("public.users", "email_encrypted");
        var blob = CellValue.Of(await application.EncryptAsync(Encoding.UTF8.GetBytes(Email), RowKey.Of("7"), TestContext.Current.CancellationToken));
        Assert.Equal(StoredState.Unknown, Judge(encrypt, blob, Email, "7"));
        await _keyring.Run.RefreshAsync(now: true, TestContext.Current.CancellationToken);
        Assert.Equal(StoredState.Right, Judge(encrypt, blob, Email, "7"));
    }

    [Fact]
    public async Task Encrypting_anew_in_place_never_writes_over_what_it_cannot_read()
    {
        var encrypt = await OpenAsync("encrypt: {from: email, row: [id]}", "email_encrypted");
        var anew = await OpenAsync("encrypt: {from: email_encrypted, encrypted: true, row: [id]}", "email_encrypted");
        var blob = await ComputeAsync(encrypt, Email, "7");
        await _keyring.RotateAsync(KeyPurpose.Data);
        await _keyring.Run.RefreshAsync(now: true, TestContext.Current.CancellationToken);
        Assert.Equal(StoredState.Former, JudgeInPlace(anew, blob, "7"));
        await anew.ReserveAsync(1, TestContext.Current.CancellationToken);
        var rotated = anew.Compute([blob, CellValue.Of("7"), CellValue.Of("7")], []);
        Assert.Equal(StoredState.Right, JudgeInPlace(anew, rotated, "7"));
        Assert.Equal(StoredState.Right, Judge(encrypt, rotated, Email, "7"));
        // Moved from row 7 to row 8.
        Assert.Throws<TransformException>(() => JudgeInPlace(anew, rotated, "8"));
        Assert.Throws<TransformException>(() => JudgeInPlace(anew, CellValue.Of("plain@example.com"u8.ToArray()), "7"));
    }

    [Fact]
    public async Task A_value_that_is_to_stand_elsewhere_is_bound_anew()
    {
        var old = await OpenAsync("encrypt: {from: email, row: [id], bound_to: legacy.mail}", "email_encrypted");
        var blob = await ComputeAsync(old, Email, "7");
        var anew = await OpenAsync("encrypt: {from: email_encrypted, encrypted: true, from_bound_to: legacy.mail, row: [id]}", "email_encrypted");
        Assert.Equal(StoredState.Wrong, JudgeInPlace(anew, blob, "7"));
        await anew.ReserveAsync(1, TestContext.Current.CancellationToken);
        var bound = anew.Compute([blob, CellValue.Of("7"), CellValue.Of("7")], []);
        Assert.Equal(StoredState.Right, JudgeInPlace(anew, bound, "7"));
        Assert.Equal(Email, Encoding.UTF8.GetString((await _keyring.CipherAsync("public.users", "email_encrypted")).Decrypt(bound.Bytes, RowKey.Of("7"))));
    }

    [Fact]
    public async Task An_index_finds_what_counts_as_the_same_for_the_same_tenant()
    {
        var index = await OpenAsync("blind_index: {from: email, purpose: users.email, tenant: client, normalise: email}", "email_index");
        var computed = index.Compute([CellValue.Of(Email), CellValue.Of("a")], []);
        Assert.Equal(StoredState.Right, index.Judge([CellValue.Of(" ada@EXAMPLE.com "), CellValue.Of("a")], [], computed));
        Assert.Equal(StoredState.Wrong, index.Judge([CellValue.Of(Email), CellValue.Of("b")], [], computed));
        Assert.Throws<TransformException>(() => index.Compute([CellValue.Of(Email), CellValue.Null], []));
        await _keyring.RotateAsync(KeyPurpose.Index);
        await _keyring.Run.RefreshAsync(now: true, TestContext.Current.CancellationToken);
        Assert.Equal(StoredState.Former, index.Judge([CellValue.Of(Email), CellValue.Of("a")], [], computed));
        Assert.Equal(StoredState.Wrong, index.Judge([CellValue.Of("bob@example.com"), CellValue.Of("a")], [], computed));
    }

    [Fact]
    public async Task An_index_of_an_encrypted_column_is_that_of_the_value()
    {
        var blob = await ComputeAsync(await OpenAsync("encrypt: {from: email, row: [id]}", "email_encrypted"), Email, "7");
        var plain = await OpenAsync("blind_index: {from: email, purpose: users.email, normalise: email}", "email_index");
        var encrypted = await OpenAsync("blind_index: {from: email_encrypted, encrypted: true, from_row: [id], purpose: users.email, normalise: email}", "email_index");
        Assert.Equal(plain.Compute([CellValue.Of(Email)], []), encrypted.Compute([blob, CellValue.Of("7")], []));
    }

    [Fact]
    public async Task A_pepper_hash_verifies_and_one_that_nobody_presents_is_wrapped()
    {
        var hash = await OpenAsync("pepper: {from: api_key, purpose: api-key}", "api_key_hash");
        var wrap = await OpenAsync("pepper: {from: api_key_hash, of: hash, purpose: api-key}", "api_key_hash");
        var stored = hash.Compute([CellValue.Of("key-1")], []);
        Assert.Equal(StoredState.Right, hash.Judge([CellValue.Of("key-1")], [], stored));
        Assert.Equal(StoredState.Wrong, hash.Judge([CellValue.Of("key-2")], [], stored));
        Assert.Equal(StoredState.Right, wrap.Judge([stored], [], stored));
        await _keyring.RotateAsync(KeyPurpose.Pepper);
        await _keyring.Run.RefreshAsync(now: true, TestContext.Current.CancellationToken);
        Assert.Equal(StoredState.Former, wrap.Judge([stored], [], stored));
        var wrapped = wrap.Compute([stored], []);
        Assert.Equal(StoredState.Right, wrap.Judge([wrapped], [], wrapped));
        // Right, and to be stamped anew where what was hashed is at hand.
        Assert.Equal(StoredState.Former, hash.Judge([CellValue.Of("key-1")], [], wrapped));
        Assert.True(PepperedHash.TryParse(wrapped.Text, out var parsed));
        Assert.True(new Pepper(await _keyring.KeysAsync(KeyPurpose.Pepper), "api-key").Verify("key-1"u8, parsed));
        Assert.Throws<TransformException>(() => wrap.Judge([CellValue.Of("key-1")], [], CellValue.Of("key-1")));
    }

    [Theory]
    [InlineData("hex")]
    [InlineData("base64url")]
    [InlineData("bytea")]
    public async Task A_hash_of_another_system_is_taken_over_and_verifies(string form)
    {
        var import = await OpenAsync("pepper: {from: legacy_hash, of: foreign, origin: legacy, purpose: api-key}", "api_key_hash");
        var mac = System.Security.Cryptography.HMACSHA256.HashData("old secret"u8, "key-1"u8);
        var input = form switch
        {
            "hex" => CellValue.Of(Convert.ToHexStringLower(mac)),
            "base64url" => CellValue.Of(System.Buffers.Text.Base64Url.EncodeToString(mac)),
            _ => CellValue.Of(mac),
        };
        var stored = import.Compute([input], []);
        Assert.Equal(StoredState.Right, import.Judge([input], [], stored));
        using var original = OriginalHash.HmacSha256("legacy", "old secret"u8);
        Assert.True(PepperedHash.TryParse(stored.Text, out var parsed));
        Assert.True(new Pepper(await _keyring.KeysAsync(KeyPurpose.Pepper), "api-key", original).Verify("key-1"u8, parsed));
    }

    [Theory]
    [InlineData("encrypt: {from: email, row: [email_encrypted]}", "email_encrypted")]
    [InlineData("encrypt: {from: email, row: [id], from_row: [id]}", "email_encrypted")]
    [InlineData("blind_index: {from: email_encrypted, encrypted: true, purpose: users.email, normalise: email}", "email_index")]
    [InlineData("pepper: {from: api_key_hash, of: foreign, purpose: api-key}", "api_key_hash")]
    [InlineData("pepper: {from: api_key, origin: legacy, purpose: api-key}", "api_key_hash")]
    public void Parameters_that_do_not_go_together_are_a_finding(string yaml, string column) =>
        Assert.Equal(FindingCodes.TransformSettings, Assert.Single(TransformRegistry.Standard.Check(Read(yaml, column))).Code);

    private Task<IKeyedFunction> OpenAsync(string yaml, string column)
    {
        var users = new TableReference("public", "users");
        var settings = Read(yaml, column) with { Destination = new TransformDestination(users, users, IsSameRow: true) };
        Assert.Empty(TransformRegistry.Standard.Check(settings));
        return Assert.IsAssignableFrom<IKeyedTransform>(TransformRegistry.Standard.Bind(settings)).OpenAsync(_keyring.Run, TestContext.Current.CancellationToken);
    }

    private static async Task<CellValue> ComputeAsync(IKeyedFunction function, string value, string id)
    {
        await function.ReserveAsync(1, TestContext.Current.CancellationToken);
        return function.Compute([CellValue.Of(value), CellValue.Of(id)], []);
    }

    private static StoredState Judge(IKeyedFunction function, CellValue stored, string? value, string id) => function.Judge([CellValue.Of(value), CellValue.Of(id)], [], stored);

    /// <summary>The column is its own source, with its row's key, and the row's key again for what is written.</summary>
    private static StoredState JudgeInPlace(IKeyedFunction function, CellValue stored, string id) => function.Judge([stored, CellValue.Of(id), CellValue.Of(id)], [], stored);
}
