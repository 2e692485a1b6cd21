using Godwit.Http.Problems;
using Godwit.Identity.Reference;
using Godwit.Identity.Requests;

namespace Godwit.Identity.Registration;

/// <summary>Registering and verifying an address.</summary>
internal static class RegistrationRoutes
{
    public static void Map(RouteMap routes)
    {
        routes.Public("POST", "/v1/auth/register", async context =>
        {
            await routes.Get<Registrar>().RegisterAsync(await JsonBody.ReadAsync(context, IdentityJson.Default.RegisterRequest), Client.Of(context), context.RequestAborted);
            await RouteMap.AnswerAsync(context, new StatusAnswer("verification_sent", "If the address can be registered, a mail with a link is on its way to it."), IdentityJson.Default.StatusAnswer, 202);
        })
            .Says("Asks for an account", IdentityJson.Default.StatusAnswer, IdentityJson.Default.RegisterRequest, 202, needs: "email password consents", refuses: [429], more: "The answer is the same whether the address has an account or not.",
                example: """{"email":"ada@example.org","password":"a sentence of mine","firstName":"Ada","consents":{"terms":true,"privacy":true,"marketing":false}}""");
        routes.Public("POST", "/v1/auth/resend", async context =>
        {
            await routes.Get<VerificationResend>().RequestAsync(await JsonBody.ReadAsync(context, IdentityJson.Default.ResendRequest, anyType: true), Client.Of(context), context.RequestAborted);
            await RouteMap.AnswerAsync(context, new StatusAnswer("verification_sent", "If a registration of this address waits, its mail is sent again."), IdentityJson.Default.StatusAnswer, 202);
        })
            .Says("Sends the mail of a registration again", IdentityJson.Default.StatusAnswer, IdentityJson.Default.ResendRequest, 202, needs: "email", refuses: [429], more: "The answer is the same whether a registration waits or not.",
                example: """{"email":"ada@example.org"}""");
        routes.Public("POST", "/v1/auth/verify-email", async context =>
        {
            var request = await JsonBody.ReadAsync(context, IdentityJson.Default.VerificationRequest);
            var user = await routes.Get<AddressVerifier>().VerifyAsync(request, Client.Of(context), context.RequestAborted);
            await RouteMap.AnswerAsync(context, new StatusAnswer("verified", "The address is verified: sign in.", user), IdentityJson.Default.StatusAnswer);
        })
            .Says("Confirms an address and makes the account", IdentityJson.Default.StatusAnswer, IdentityJson.Default.VerificationRequest, needs: "token password", refuses: [401, 409, 429],
                example: """{"token":"out-of-the-mail","password":"a sentence of mine"}""");
    }
}
