"""The service: accounts, policies, footage, labeling, exports and the door in front of them."""
