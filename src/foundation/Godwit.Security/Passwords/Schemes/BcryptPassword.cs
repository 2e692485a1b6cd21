using System.Text;
using Godwit.Security.Passwords.Native;

namespace Godwit.Security.Passwords.Schemes;

/// <summary>
/// <c>$2b$12$</c> and 53 characters, and the same with 2a and 2y: bcrypt of other systems. 2x, which marks hashes of a library that took different passwords for one, is refused. As everywhere, bcrypt looks
/// at the first 72 bytes of a password only, which is one reason to hash anew, as soon as a password is presented that has no more.
/// </summary>
internal sealed record BcryptPassword(byte[] Text) : StoredPassword
{
    private const int TextLength = 60, MostCost = 14, Looked = 72;

    public static new StoredPassword? Read(string text)
    {
        if (text.Length != TextLength || text[..2] != "$2" || text[2] is not ('a' or 'b' or 'y') || text[3] != '$' || text[6] != '$') return null;
        if (!char.IsAsciiDigit(text[4]) || !char.IsAsciiDigit(text[5]) || int.Parse(text.AsSpan(4, 2)) is < 4 or > MostCost) return null;
        return text.AsSpan(7).ContainsAnyExcept(CryptText.Letters) ? null : new BcryptPassword(Encoding.ASCII.GetBytes(text));
    }

    public override bool Verify(ReadOnlySpan<byte> password) => CryptLibrary.Verify(password, Text);

    public override bool IsCurrent(Argon2Parameters parameters) => false;

    public override bool Covers(ReadOnlySpan<byte> password) => password.Length <= Looked;
}
