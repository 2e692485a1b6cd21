namespace Godwit.Security.Masking;

/// <summary>Tells by its name whether a field is about a person: <c>email</c>, <c>phone_number</c>, <c>cardNumber</c>, <c>IBAN</c>, …</summary>
public static class PersonalNames
{
    private static readonly NameWords s_names = new(
        ["email", "emailaddress", "phone", "iban", "cardnumber", "creditcard", "firstname", "lastname", "surname", "fullname", "birthdate", "dateofbirth", "socialsecurity", "passport", "postaladdress", "streetaddress", "birthday",
            "accountnumber", "bankaccount", "customername", "username", "personname", "holdername", "displayname", "homeaddress", "mailingaddress", "shippingaddress", "billingaddress", "postcode", "zipcode"],
        "tel", "telephone", "street", "mail", "mobile", "pan", "cvv", "cvc", "ssn", "dob");

    /// <summary>At the end alone: <c>account_not_found</c> is nobody's account.</summary>
    private static readonly string[] s_ends = ["cardno", "card_no", "card-no", "accountno", "account_no", "account-no"];

    /// <summary><c>address</c> alone is a person's; a server's is called <c>listen_address</c>, <c>address_family</c>.</summary>
    public static bool IsPersonal(string name) =>
        s_names.IsIn(name) || name.Equals("address", StringComparison.OrdinalIgnoreCase) || s_ends.Any(e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase));
}
