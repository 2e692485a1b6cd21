using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Godwit.Security.Passwords;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Godwit.Security.Tests.Passwords;

public sealed class PasswordHasherTests
{
    private static readonly byte[] s_password = "correct horse"u8.ToArray();

    private readonly PasswordHasher _hasher = new(new HashingGate(TimeProvider.System, deadline: TimeSpan.FromMinutes(1)));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Made by the programs that such hashes come from, each from "correct horse": libargon2, libcrypt, and Python's hashlib.</summary>
    public static TheoryData<string> Imported =>
    [
        "$2a$05$N9qo8uLOickgx2ZMRZoMyeySTQZHYTvN5Lzja/W0KswX.y7D.SAs6",
        "$2b$05$N9qo8uLOickgx2ZMRZoMyeySTQZHYTvN5Lzja/W0KswX.y7D.SAs6",
        "$2y$05$N9qo8uLOickgx2ZMRZoMyeySTQZHYTvN5Lzja/W0KswX.y7D.SAs6",
        "$scrypt$ln=10,r=8,p=2$AAECAwQFBgcICQoLDA0ODw$RBjCXYboo4yjHH0P1K75vrL4xGciLt6io+o2v0yqSlo",
        "$7$86..../....somesalt$oEkkZvuhxIY3VCX2c6eLNtL5hqSw5yPkm14wymfFYf2",
    ];

    [Fact]
    [Trait("ASVS", "11.4.2")]
    public async Task A_new_hash_has_its_parameters_in_it_and_verifies()
    {
        var hash = await _hasher.HashAsync(s_password, Cancellation);
        Assert.Matches(@"^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$", hash);
        Assert.Equal(PasswordVerdict.Right, await VerifyAsync(hash));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hash, "correct horsf"u8.ToArray()));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hash, []));
        Assert.NotEqual(hash, await _hasher.HashAsync(s_password, Cancellation));
        Assert.False(_hasher.NeedsRehash(hash));
    }

    [Theory]
    [MemberData(nameof(Imported))]
    [Trait("ASVS", "11.2.2")]
    public async Task A_hash_of_another_system_verifies_and_is_made_anew(string stored)
    {
        Assert.True(PasswordHasher.IsUsable(stored));
        Assert.Equal(PasswordVerdict.RightNeedsRehash, await VerifyAsync(stored));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(stored, "correct horse "u8.ToArray()));
        Assert.True(_hasher.NeedsRehash(stored));
    }

    [Theory]
    [InlineData(PasswordHasherCompatibilityMode.IdentityV2, 1)]
    [InlineData(PasswordHasherCompatibilityMode.IdentityV3, 1_000)]
    [InlineData(PasswordHasherCompatibilityMode.IdentityV3, 100_000)]
    public async Task What_ASP_NET_Core_Identity_hashed_verifies(PasswordHasherCompatibilityMode mode, int rounds)
    {
        var identity = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { CompatibilityMode = mode, IterationCount = rounds }));
        var stored = identity.HashPassword(new object(), "corr\u00e9ct horse");
        Assert.Equal(PasswordVerdict.RightNeedsRehash, await VerifyAsync(stored, Encoding.UTF8.GetBytes("corr\u00e9ct horse")));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(stored));
    }

    [Theory]
    [InlineData(0u, "SHA1")]
    [InlineData(1u, "SHA256")]
    [InlineData(2u, "SHA512")]
    public async Task Every_function_of_Identity_version_3_verifies(uint function, string name)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        Assert.Equal(PasswordVerdict.RightNeedsRehash, await VerifyAsync(Identity3(function, 1000, salt, Rfc2898DeriveBytes.Pbkdf2(s_password, salt, 1000, new HashAlgorithmName(name), 32))));
    }

    [Fact]
    public async Task Stronger_parameters_make_weaker_hashes_anew_and_leave_stronger_ones()
    {
        var gate = new HashingGate(TimeProvider.System);
        var strong = new PasswordHasher(gate, new Argon2Parameters(24 * 1024, 3, 1));
        var (weak, good) = (await _hasher.HashAsync(s_password, Cancellation), await strong.HashAsync(s_password, Cancellation));
        Assert.Equal(PasswordVerdict.RightNeedsRehash, await strong.VerifyAsync(s_password, weak, Cancellation));
        Assert.Equal(PasswordVerdict.Right, await strong.VerifyAsync(s_password, good, Cancellation));
        Assert.Equal(PasswordVerdict.Right, await _hasher.VerifyAsync(s_password, good, Cancellation));
        foreach (var wrong in new[] { new Argon2Parameters(1024, 2, 1), new Argon2Parameters(19 * 1024, 2, 2), new Argon2Parameters(19 * 1024, 1, 1), new Argon2Parameters(1 << 20, 2, 1) })
            Assert.Throws<ArgumentException>(() => new PasswordHasher(gate, wrong));
    }

    /// <summary>What a stored hash asks for is bounded before anything is computed: each of these would take seconds to hours, or gigabytes.</summary>
    [Theory]
    [InlineData("$argon2id$v=19$m=4194304,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$V38f836aPlLJfTn46DiRwbc7Dof/4EKc7o7eL7AF/kQ")]
    [InlineData("$argon2id$v=19$m=4294967295,t=4294967295,p=1$AAECAwQFBgcICQoLDA0ODw$V38f836aPlLJfTn46DiRwbc7Dof/4EKc7o7eL7AF/kQ")]
    [InlineData("$argon2id$v=19$m=19456,t=1000000,p=1$AAECAwQFBgcICQoLDA0ODw$V38f836aPlLJfTn46DiRwbc7Dof/4EKc7o7eL7AF/kQ")]
    [InlineData("$argon2id$v=19$m=262144,t=16,p=1$AAECAwQFBgcICQoLDA0ODw$V38f836aPlLJfTn46DiRwbc7Dof/4EKc7o7eL7AF/kQ")]
    [InlineData("$argon2id$v=19$m=65536,t=3,p=255$AAECAwQFBgcICQoLDA0ODw$V38f836aPlLJfTn46DiRwbc7Dof/4EKc7o7eL7AF/kQ")]
    [InlineData("$argon2id$v=19$m=65536,t=3,p=0$AAECAwQFBgcICQoLDA0ODw$V38f836aPlLJfTn46DiRwbc7Dof/4EKc7o7eL7AF/kQ")]
    [InlineData("$argon2id$v=19$m=0,t=0,p=1$AAECAwQFBgcICQoLDA0ODw$V38f836aPlLJfTn46DiRwbc7Dof/4EKc7o7eL7AF/kQ")]
    [InlineData("$argon2id$v=19$m=19456,t=2,p=1$AAAA$V38f836aPlLJfTn46DiRwbc7Dof/4EKc7o7eL7AF/kQ")]
    [InlineData("$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$AAAA")]
    [InlineData("$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODx$V38f836aPlLJfTn46DiRwbc7Dof/4EKc7o7eL7AF/kQ")]
    [InlineData("$argon2id$v=19$m=019456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$V38f836aPlLJfTn46DiRwbc7Dof/4EKc7o7eL7AF/kQ")]
    [InlineData("$argon2id$v=19$m=+19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$V38f836aPlLJfTn46DiRwbc7Dof/4EKc7o7eL7AF/kQ")]
    [InlineData("$argon2id$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$V38f836aPlLJfTn46DiRwbc7Dof/4EKc7o7eL7AF/kQ")]
    [InlineData("$argon2i$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$V38f836aPlLJfTn46DiRwbc7Dof/4EKc7o7eL7AF/kQ")]
    [InlineData("$2b$31$N9qo8uLOickgx2ZMRZoMyeySTQZHYTvN5Lzja/W0KswX.y7D.SAs6")]
    [InlineData("$2b$15$N9qo8uLOickgx2ZMRZoMyeySTQZHYTvN5Lzja/W0KswX.y7D.SAs6")]
    [InlineData("$2x$05$N9qo8uLOickgx2ZMRZoMyeySTQZHYTvN5Lzja/W0KswX.y7D.SAs6")]
    [InlineData("$2b$05$N9qo8uLOickgx2ZMRZoMyeySTQZHYTvN5Lzja/W0KswX.y7D.SAs")]
    [InlineData("$2b$05$N9qo8uLOickgx2ZMRZoMyeySTQZHYTvN5Lzja/W0KswX.y7D.SA$6")]
    [InlineData("$scrypt$ln=25,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$RBjCXYboo4yjHH0P1K75vrL4xGciLt6io+o2v0yqSlo")]
    [InlineData("$scrypt$ln=14,r=8,p=1073741823$AAECAwQFBgcICQoLDA0ODw$RBjCXYboo4yjHH0P1K75vrL4xGciLt6io+o2v0yqSlo")]
    [InlineData("$scrypt$ln=1,r=4294967295,p=1$AAECAwQFBgcICQoLDA0ODw$RBjCXYboo4yjHH0P1K75vrL4xGciLt6io+o2v0yqSlo")]
    [InlineData("$scrypt$ln=64,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$RBjCXYboo4yjHH0P1K75vrL4xGciLt6io+o2v0yqSlo")]
    [InlineData("$7$z6..../....somesalt$oEkkZvuhxIY3VCX2c6eLNtL5hqSw5yPkm14wymfFYf2")]
    [InlineData("$7$8zzzzz/....somesalt$oEkkZvuhxIY3VCX2c6eLNtL5hqSw5yPkm14wymfFYf2")]
    [InlineData("$7$86..../....somesalt")]
    [InlineData("$1$salt$qJH7.N4xYta3aEG/dfqo/0")]
    [InlineData("$6$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS130MTSuDDl3aCI6WouIL9AjRbLCelDCy.g.")]
    [InlineData("$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7")]
    [InlineData("5f4dcc3b5aa765d61d8327deb882cf99")]
    [InlineData("correct horse")]
    [InlineData("")]
    public async Task A_hash_that_asks_for_too_much_or_is_none_that_is_known_is_wrong_for_every_password(string stored)
    {
        Assert.False(PasswordHasher.IsUsable(stored));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(stored));
        Assert.True(_hasher.NeedsRehash(stored));
    }

    [Fact]
    public void Identity_hashes_beyond_bounds_are_not_computed()
    {
        var (salt, hash) = (new byte[16], new byte[32]);
        // What is bounded is rounds times blocks of output: 64 bytes are one of SHA-512, two of SHA-256, four of SHA-1.
        foreach (var (function, rounds, length) in new[] { (2u, 1_000_000u, 32), (2u, 1_000_000u, 64), (1u, 1_000_000u, 32), (1u, 500_000u, 64), (0u, 250_000u, 64) })
            Assert.True(PasswordHasher.IsUsable(Identity3(function, rounds, salt, new byte[length])));
        foreach (var (function, rounds, length) in new[] { (2u, 500_001u, 128), (1u, 500_001u, 64), (0u, 500_001u, 32), (0u, 142_858u, 128) })
            Assert.False(PasswordHasher.IsUsable(Identity3(function, rounds, salt, new byte[length])));
        foreach (var wrong in new[] { Identity3(2, 1_000_001, salt, hash), Identity3(2, uint.MaxValue, salt, hash), Identity3(2, 0, salt, hash), Identity3(3, 1000, salt, hash), Identity3(2, 1000, new byte[7], hash), Identity3(2, 1000, salt, new byte[15]), Identity3(2, 1000, salt, new byte[129]) })
            Assert.False(PasswordHasher.IsUsable(wrong));
        byte[] cut = [1, 0, 0, 0, 1, 0, 0, 3, 232, 255, 255, 255, 255, 1, 2, 3];
        Assert.False(PasswordHasher.IsUsable(Convert.ToBase64String(cut)));
        Assert.False(PasswordHasher.IsUsable(new string('A', 100_000)));
    }

    [Fact]
    public async Task A_stronger_hash_of_another_system_verifies_and_is_not_made_weaker()
    {
        const string stored = "$argon2id$v=19$m=65536,t=3,p=4$AAECAwQFBgcICQoLDA0ODw$V38f836aPlLJfTn46DiRwbc7Dof/4EKc7o7eL7AF/kQ";
        Assert.Equal(PasswordVerdict.Right, await VerifyAsync(stored));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(stored, "correct horse "u8.ToArray()));
        Assert.False(_hasher.NeedsRehash(stored));
        // One pass over 64 MiB is more than two over 19; sixteen over 4 are more too, but so little memory is cheap to have a thousand times.
        var gate = new HashingGate(TimeProvider.System);
        Assert.False(_hasher.NeedsRehash(await new PasswordHasher(gate, new Argon2Parameters(64 * 1024, 1, 1)).HashAsync(s_password, Cancellation)));
        Assert.True(_hasher.NeedsRehash("$argon2id$v=19$m=4096,t=16,p=1$AAECAwQFBgcICQoLDA0ODw$V38f836aPlLJfTn46DiRwbc7Dof/4EKc7o7eL7AF/kQ"));
    }

    /// <summary>bcrypt never saw the rest: hashed anew with it, a slip of the fingers there would lock the account.</summary>
    [Fact]
    public async Task A_password_that_bcrypt_saw_only_the_beginning_of_is_not_hashed_anew()
    {
        const string stored = "$2b$05$N9qo8uLOickgx2ZMRZoMyeL8MQLYEOYsM9jiqHXKMlhJsNVJcTfkG";
        var password = new byte[80];
        Array.Fill(password, (byte)'a');
        Assert.Equal(PasswordVerdict.Right, await VerifyAsync(stored, password));
        Assert.Equal(PasswordVerdict.RightNeedsRehash, await VerifyAsync(stored, password[..72]));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(stored, password[..71]));
    }

    /// <summary>A wrong password for a stored hash takes at least the time of the work for nobody, whatever is wrong with it.</summary>
    [Theory]
    [InlineData("$2b$10$N9qo8uLOickgx2ZMRZoMyeySTQZHYTvN5Lzja/W0KswX.y7D.SAs6", "zero")]
    [InlineData("$2b$10$N9qo8uLOickgx2ZMRZoMyeySTQZHYTvN5Lzja/W0KswX.y7D.SAs6", "long")]
    [InlineData("$2b$04$N9qo8uLOickgx2ZMRZoMyeySTQZHYTvN5Lzja/W0KswX.y7D.SAs6", "wrong")]
    [InlineData("$7$86..../....somesalt$oEkkZvuhxIY3VCX2c6eLNtL5hqSw5yPkm14wymfFYf2", "zero")]
    [Trait("ASVS", "11.4.2")]
    public async Task No_wrong_password_is_answered_sooner_than_for_who_is_not_there(string stored, string kind)
    {
        byte[] wrong = kind switch { "zero" => [1, 0, 1], "long" => Enumerable.Repeat((byte)'a', 600).ToArray(), _ => [1] };
        // The least of several: what disturbs the machine only ever makes a run longer.
        var nobody = await LeastAsync(() => _hasher.PretendAsync(wrong, Cancellation));
        var somebody = await LeastAsync(() => _hasher.VerifyAsync(wrong, stored, Cancellation));
        Assert.True(somebody > nobody / 2, $"{somebody.TotalMilliseconds} ms against {nobody.TotalMilliseconds} ms");

        async Task<TimeSpan> LeastAsync(Func<Task<PasswordVerdict>> work)
        {
            var least = TimeSpan.MaxValue;
            for (var i = 0; i < 5; i++)
            {
                var clock = System.Diagnostics.Stopwatch.StartNew();
                Assert.Equal(PasswordVerdict.Wrong, await work());
                if (clock.Elapsed < least) least = clock.Elapsed;
            }
            return least;
        }
    }

    [Fact]
    [Trait("ASVS", "6.2.8")]
    public async Task What_stands_behind_a_zero_counts_and_is_never_cut_off()
    {
        const string bcrypt = "$2b$05$N9qo8uLOickgx2ZMRZoMyeySTQZHYTvN5Lzja/W0KswX.y7D.SAs6";
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(bcrypt, "correct horse\0x"u8.ToArray()));
        var hash = await _hasher.HashAsync("a\0b"u8.ToArray(), Cancellation);
        Assert.Equal(PasswordVerdict.Right, await VerifyAsync(hash, "a\0b"u8.ToArray()));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hash, "a\0c"u8.ToArray()));
    }

    [Fact]
    public async Task Passwords_have_a_longest_length()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _hasher.HashAsync(new byte[PasswordHasher.LongestPassword + 1], Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => _hasher.HashAsync(default, Cancellation));
        var longest = RandomNumberGenerator.GetBytes(PasswordHasher.LongestPassword);
        var hash = await _hasher.HashAsync(longest, Cancellation);
        Assert.Equal(PasswordVerdict.Right, await VerifyAsync(hash, longest));
        longest[^1] ^= 1;
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hash, longest));
        Assert.Equal(PasswordVerdict.Wrong, await VerifyAsync(hash, new byte[5000]));
        Assert.Equal(PasswordVerdict.Wrong, await _hasher.PretendAsync(longest, Cancellation));
    }

    private Task<PasswordVerdict> VerifyAsync(string stored, byte[]? password = null) => _hasher.VerifyAsync(password ?? s_password, stored, Cancellation);

    private static string Identity3(uint function, uint rounds, byte[] salt, byte[] hash)
    {
        var bytes = new byte[13 + salt.Length + hash.Length];
        bytes[0] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), function);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(5), rounds);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(9), (uint)salt.Length);
        salt.CopyTo(bytes, 13);
        hash.CopyTo(bytes, 13 + salt.Length);
        return Convert.ToBase64String(bytes);
    }
}
