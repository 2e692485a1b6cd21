using System.Text;
using Godwit.Security.Passwords.Native;

namespace Godwit.Security.Passwords.Schemes;

/// <summary><c>$7$</c>: scrypt as crypt(5) writes it: a letter for log2 N, five for r, five for p, the salt, and 43 letters of hash after a $.</summary>
internal sealed record CryptScryptPassword(byte[] Text) : StoredPassword
{
    private const int CostEnd = 3 + 1 + 5 + 5, LongestSalt = 64, HashLength = 43;

    public static new StoredPassword? Read(string text)
    {
        if (!text.StartsWith("$7$", StringComparison.Ordinal) || text.Length < CostEnd + 1 + HashLength) return null;
        var cost = new ScryptCost((int)CryptText.Number(text.AsSpan(3, 1)), CryptText.Number(text.AsSpan(4, 5)), CryptText.Number(text.AsSpan(9, 5)));
        var end = text.IndexOf('$', CostEnd);
        var shape = end >= CostEnd && end - CostEnd <= LongestSalt && text.Length == end + 1 + HashLength
            && !text.AsSpan(CostEnd, end - CostEnd).ContainsAnyExcept(CryptText.Letters) && !text.AsSpan(end + 1).ContainsAnyExcept(CryptText.Letters);
        return shape && cost.IsBounded ? new CryptScryptPassword(Encoding.ASCII.GetBytes(text)) : null;
    }

    public override bool Verify(ReadOnlySpan<byte> password) => CryptLibrary.Verify(password, Text);

    public override bool IsCurrent(Argon2Parameters parameters) => false;
}
