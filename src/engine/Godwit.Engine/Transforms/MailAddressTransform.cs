using Godwit.Documents.Shapes;
using Godwit.Model.Findings;
using Godwit.Security.Emails;

namespace Godwit.Engine.Transforms;

/// <summary>
/// <c>mail_address</c>: an address as the identity service reads it (docs/identity-people.md, "Email addresses"). One form is what mail goes to, one is what an account is found by, and one says of what is
/// no address why; it repeats nothing of it.
/// </summary>
internal sealed class MailAddressTransform : ITransformKind
{
    private const string Mailbox = "mailbox", Normal = "normal", Fault = "fault";

    public string Name => "mail_address";

    public string Summary => "An email address in the normal form of the identity service, or why it is none";

    public Shape.Map Shape => new(
        Parameters.From,
        new Field("give", new Shape.Choice(Mailbox, Normal, Fault), "What mail goes to; what an account is found by; why it is no address, which is NULL for one that is. The first two are NULL for what is none", Required: true));

    public IEnumerable<Finding> Check(TransformSettings settings) => [];

    public ITransform Bind(TransformSettings settings)
    {
        var give = settings.Parameters.Text("give");
        return new Transform
        {
            Inputs = [settings.Input()],
            Function = Transform.Keyless(inputs => CellValue.Of(give == Fault && inputs[0].IsNull ? "is missing" : inputs[0].IsNull ? null : Of(give, inputs[0].ToText()))),
        };
    }

    private static string? Of(string give, string text)
    {
        var (address, refused) = EmailAddress.Read(text);
        return give switch
        {
            Mailbox => address?.Mailbox,
            Normal => address?.Normalized,
            _ => refused,
        };
    }
}
